package outbox

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Change is a change of a kind that its service has declared.
type Change struct{ value any }

// NewChange is a change by its value, a pointer.
func NewChange(value any) *Change {
	if _, known := byType[reflect.TypeOf(value)]; !known {
		panic(fmt.Sprintf("outbox: %T is not declared", value))
	}
	return &Change{value}
}

// Value is what the service has announced, a pointer. It must not be changed.
func (c *Change) Value() any { return c.value }

// As is the change of an event if it is of a kind, else nil.
func As[T any](e Event) *T {
	value, _ := e.Value.value.(*T)
	return value
}

// kind says how a change is kept.
type kind struct {
	member string
	whole  bool // the value's own members are kept, of which member is the first
	blank  func() any
}

var (
	byMember = map[string]kind{}
	byType   = map[reflect.Type]kind{}
)

// Declare declares that each *T is a change, which is kept under the name of a member, so the name stays. It is called
// to initialise a variable of a package.
func Declare[T any](member string) struct{} {
	return declare(reflect.TypeFor[*T](), kind{member, false, func() any { return new(T) }})
}

// DeclareWhole is Declare for a struct of several members, of which the first in the order of JSON is named, and always
// set.
func DeclareWhole[T any](first string) struct{} {
	return declare(reflect.TypeFor[*T](), kind{first, true, func() any { return new(T) }})
}

func declare(t reflect.Type, k kind) (declared struct{}) {
	if _, taken := byMember[k.member]; taken {
		panic("outbox: a second kind " + k.member)
	}
	if _, taken := byType[t]; taken {
		panic("outbox: a second kind of " + t.String())
	}
	byMember[k.member], byType[t] = k, k
	return declared
}

// AppendJSON implements [wire.Appender].
func (c *Change) AppendJSON(buf []byte) []byte {
	k := byType[reflect.TypeOf(c.value)]
	if k.whole {
		return wire.Append(buf, c.value)
	}
	buf = append(buf, `{"`+k.member+`":`...)
	return append(wire.Append(buf, c.value), '}')
}

// ParseJSON implements [wire.Parser]. What AppendJSON has written begins with the name of its kind's member.
func (c *Change) ParseJSON(text []byte) error {
	member, rest, found := bytes.Cut(bytes.TrimPrefix(text, []byte(`{"`)), []byte(`":`))
	k, known := byMember[string(member)]
	if !found || !known {
		return fmt.Errorf("no kind of change is kept as %.200s", text)
	}
	c.value = k.blank()
	if k.whole {
		return wire.Unmarshal(text, c.value)
	}
	return wire.Unmarshal(bytes.TrimSuffix(rest, []byte("}")), c.value)
}
