//! Vector registers of the two precisions, whatever the processor has.

use pulp::Simd;

/// Numbers of which a register holds several; as many for f32 as 4-byte numbers fit, half for f64.
pub trait Lanes: Copy {
    /// A register.
    type Register<S: Simd>: Copy;

    /// Numbers of a register. Units: numbers.
    fn lanes<S: Simd>() -> usize;
    /// The same number in all places. Units: those of x.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Register<S>;
    /// `a b + c`, rounded once where the processor can. Units: those of c.
    fn fused<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>, c: Self::Register<S>) -> Self::Register<S>;
    /// `a b`. Units: their product.
    fn times<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a + b`. Units: those of both.
    fn plus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a − b`. Units: those of both.
    fn minus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// The larger of a and b, b where a is no number. Units: those of both.
    fn larger<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// The sum of the numbers of a register. Units: those of the register.
    fn sum<S: Simd>(simd: S, register: Self::Register<S>) -> Self;
    /// The registers that fill up with the numbers of a slice; what is left is left out. Shapes: n -> n/lanes.
    fn registers<S: Simd>(x: &[Self]) -> &[Self::Register<S>];
    /// The same to write to. Shapes: n -> n/lanes.
    fn registers_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Register<S>];
    /// Fewer numbers than a register has, then zeros. Shapes: below lanes -> a register.
    fn load_part<S: Simd>(simd: S, x: &[Self]) -> Self::Register<S>;
    /// The first numbers of a register, fewer than it has. Shapes: a register -> below lanes.
    fn store_part<S: Simd>(simd: S, x: &mut [Self], register: Self::Register<S>);
}

macro_rules! lanes {
    ($number:ty, $register:ident, $lanes:ident, [$splat:ident, $mul_add:ident, $mul:ident, $add:ident, $sub:ident, $larger:ident, $sum:ident],
     [$as:ident, $as_mut:ident, $load:ident, $store:ident]) => {
        impl Lanes for $number {
            type Register<S: Simd> = S::$register;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> Self::Register<S> {
                simd.$splat(x)
            }

            #[inline(always)]
            fn fused<S: Simd>(
                simd: S,
                a: Self::Register<S>,
                b: Self::Register<S>,
                c: Self::Register<S>,
            ) -> Self::Register<S> {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn times<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S> {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S> {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn minus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S> {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn larger<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S> {
                simd.$larger(a, b)
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, register: Self::Register<S>) -> Self {
                simd.$sum(register)
            }

            #[inline(always)]
            fn registers<S: Simd>(x: &[Self]) -> &[Self::Register<S>] {
                S::$as(x).0
            }

            #[inline(always)]
            fn registers_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Register<S>] {
                S::$as_mut(x).0
            }

            #[inline(always)]
            fn load_part<S: Simd>(simd: S, x: &[Self]) -> Self::Register<S> {
                simd.$load(x)
            }

            #[inline(always)]
            fn store_part<S: Simd>(simd: S, x: &mut [Self], register: Self::Register<S>) {
                simd.$store(x, register);
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    F32_LANES,
    [splat_f32s, mul_add_f32s, mul_f32s, add_f32s, sub_f32s, max_f32s, reduce_sum_f32s],
    [as_simd_f32s, as_mut_simd_f32s, partial_load_f32s, partial_store_f32s]
);
lanes!(
    f64,
    f64s,
    F64_LANES,
    [splat_f64s, mul_add_f64s, mul_f64s, add_f64s, sub_f64s, max_f64s, reduce_sum_f64s],
    [as_simd_f64s, as_mut_simd_f64s, partial_load_f64s, partial_store_f64s]
);

/// V registers next to each other in a run of numbers, or the part of one that is left at its end.
#[derive(Debug, Clone, Copy)]
pub struct Piece<S, const V: usize> {
    /// The instructions of the processor at hand.
    pub simd: S,
    /// Where it begins in the run.
    pub at: usize,
    /// Numbers, where they do not fill a register.
    pub part: Option<usize>,
}

impl<S: Simd, const V: usize> Piece<S, V> {
    /// The numbers of a run that begins at `start`. Shapes: a run -> V registers.
    #[inline(always)]
    pub fn load<T: Lanes>(self, from: &[T], start: usize) -> [T::Register<S>; V] {
        let from = &from[start + self.at..];
        if let Some(part) = self.part {
            return [T::load_part(self.simd, &from[..part]); V];
        }
        let registers = T::registers::<S>(&from[..V * T::lanes::<S>()]);
        registers.first_chunk().copied().unwrap_or([registers[0]; V])
    }

    /// Writes them to a run that begins at `start`. Shapes: V registers -> a run.
    #[inline(always)]
    pub fn store<T: Lanes>(self, into: &mut [T], start: usize, registers: [T::Register<S>; V]) {
        let into = &mut into[start + self.at..];
        match self.part {
            Some(part) => T::store_part(self.simd, &mut into[..part], registers[0]),
            None => {
                let into = &mut into[..V * T::lanes::<S>()];
                if let Some(into) = T::registers_mut::<S>(into).first_chunk_mut() {
                    *into = registers;
                }
            }
        }
    }

    /// `f` of each pair of registers. Shapes: V, V -> V.
    #[inline(always)]
    pub fn zip<A: Copy>(self, a: [A; V], b: [A; V], f: impl Fn(S, A, A) -> A) -> [A; V] {
        let mut made = a;
        for i in 0..V {
            made[i] = f(self.simd, a[i], b[i]);
        }
        made
    }
}

/// What is done to each piece of a run.
pub trait Pieces<S: Simd> {
    /// With one piece. Shapes: V registers, or the part of one.
    fn piece<const V: usize>(&mut self, piece: Piece<S, V>);
}

/// All pieces of a run of `run` numbers of type T, two registers at a time. Shapes: a run -> its pieces, in order.
#[inline(always)]
pub fn pieces<T: Lanes, S: Simd>(simd: S, run: usize, work: &mut impl Pieces<S>) {
    let (lanes, mut at) = (T::lanes::<S>(), 0);
    while at + 2 * lanes <= run {
        work.piece(Piece::<S, 2> { simd, at, part: None });
        at += 2 * lanes;
    }
    if at + lanes <= run {
        work.piece(Piece::<S, 1> { simd, at, part: None });
        at += lanes;
    }
    if at < run {
        work.piece(Piece::<S, 1> { simd, at, part: Some(run - at) });
    }
}
