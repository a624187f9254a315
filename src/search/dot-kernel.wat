;; Dot products of one int16 query with many int8 rows, eight lanes at a time.
;; Assembled into dot-kernel.ts by scripts/build-dot-kernel.ts.
(module
  (import "memory" "memory" (memory 1))
  ;; rows: count × width int8, row-major; scales: count float32; query: width int16; out: count float32. All are byte addresses.
  ;; width is a multiple of 16. out[i] = scales[i] × queryScale × Σ rows[i][j] × query[j]
  (func (export "scan")
    (param $rows i32) (param $scales i32) (param $query i32) (param $out i32)
    (param $count i32) (param $width i32) (param $queryScale f32)
    (local $rowEnd i32) (local $q i32) (local $bytes v128) (local $sum v128) (local $sum2 v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $rowEnd (i32.add (local.get $rows) (local.get $width)))
        (local.set $q (local.get $query))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $sum2 (v128.const i32x4 0 0 0 0))
        (loop $nextBlock
          (local.set $bytes (v128.load (local.get $rows)))
          (local.set $sum (i32x4.add (local.get $sum)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (v128.load (local.get $q)))))
          (local.set $sum2 (i32x4.add (local.get $sum2)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (v128.load offset=16 (local.get $q)))))
          (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (br_if $nextBlock (i32.lt_u (local.get $rows) (local.get $rowEnd))))
        (local.set $sum (i32x4.add (local.get $sum) (local.get $sum2)))
        (f32.store (local.get $out)
          (f32.mul
            (f32.mul (f32.load (local.get $scales)) (local.get $queryScale))
            (f32.convert_i32_s
              (i32.add
                (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
                (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow)))))
