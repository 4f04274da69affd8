package wire

import (
	"reflect"
	"unsafe"
)

// memory is where a value lies whose type a plan knows. Plans read and write values
// through it, so that this file alone needs package unsafe. ARCHITECTURE.md says what
// that saves.
//
// A memory comes from a pointer to the type that the plan was made for, and moves on
// by what reflect says of that type: offsets of fields, sizes of elements. Each op
// looks at it as the one type that it stands for. So no plan leaves its value.
type memory struct{ p unsafe.Pointer }

// memoryOf is what p points to.
func memoryOf[T any](p *T) memory { return memory{unsafe.Pointer(p)} }

// pointee is what a pointer points to.
func pointee(pointer reflect.Value) memory { return memory{pointer.UnsafePointer()} }

// as points to the value at m, which has type T. A pointer of any type is a memory.
func as[T any](m memory) *T { return (*T)(m.p) }

// value is the value at m, which has type t.
func (m memory) value(t reflect.Type) reflect.Value { return reflect.NewAt(t, m.p).Elem() }

// at is the field or element at an offset.
func (m memory) at(offset uintptr) memory { return memory{unsafe.Add(m.p, offset)} }

// nowhere is what a nil pointer, map, or the array of a nil slice points to.
var nowhere memory

// nothing is where empty slices point, which makes them differ from nil.
var nothing = memoryOf(new(struct{}))

// slice is a slice of any type, as reflect.SliceHeader has it.
type slice struct {
	array    memory
	len, cap int
}

// index is element i of a slice whose elements have a size.
func (s *slice) index(i int, size uintptr) memory { return s.array.at(uintptr(i) * size) }
