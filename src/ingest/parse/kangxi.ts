/**
 * Some producers (Chrome's printing among them) write 用 as the radical ⽤. A reader sees no difference; a search finds nothing.
 * Unicode's EquivalentUnifiedIdeograph property (UCD, UAX #44) says which ideograph each radical stands for;
 * NFKC over the whole text would also fold full-width forms, circled numbers and units that mean something.
 */

/** U+2E80 to U+2EF3, CJK Radicals Supplement, in code order; an unassigned or unmapped place holds itself. */
const SUPPLEMENT =
  "⺀厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵⺚旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫" +
  "羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉" +
  "齐歯齿竜龙龜亀龟";

/** U+2F00 to U+2FD5, Kangxi Radicals, in code order. */
const KANGXI =
  "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴" +
  "廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿" +
  "目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵" +
  "邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

const IDEOGRAPH_OF = new Map<string, string>([...pairs(0x2e80, SUPPLEMENT), ...pairs(0x2f00, KANGXI)]);

function pairs(first: number, ideographs: string): [string, string][] {
  return Array.from(ideographs, (ideograph, index) => [String.fromCodePoint(first + index), ideograph]);
}

/** The text with every CJK radical replaced by the ideograph that it stands for. */
export function replaceRadicals(text: string): string {
  return text.replace(/[\u2E80-\u2FDF]/g, (radical) => IDEOGRAPH_OF.get(radical) ?? radical);
}
