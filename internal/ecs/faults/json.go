package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// MarshalJSON writes what is set, durations as Go writes them: "1m30s".
func (f Fault) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	add := func(name string, value any) error {
		text, err := encoded(value)
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, `"`+name+`":`...)
		out = append(out, text...)
		return err
	}
	var err error
	if f.ID != "" {
		err = add("id", f.ID)
	}
	err = errors.Join(err, add("kind", f.Kind))
	for _, m := range members {
		if m.Text(f) != "" {
			err = errors.Join(err, add(m.Name, m.field(&f)))
		}
	}
	err = errors.Join(err, add("used", f.Used))
	return append(out, '}'), err
}

// encoded leaves < and > as they are.
func encoded(value any) ([]byte, error) {
	if d, is := value.(*time.Duration); is {
		value = d.String()
	}
	return wire.Text(value)
}

// UnmarshalJSON reads what MarshalJSON has written, and refuses members that there are not, and values
// of another type, by their names.
func (f *Fault) UnmarshalJSON(text []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return errors.New("a fault is an object of JSON")
	}
	*f = Fault{}
	for _, own := range []struct {
		name  string
		field any
	}{{"id", &f.ID}, {"kind", &f.Kind}, {"used", &f.Used}} {
		if value, has := object[own.name]; has {
			if err := json.Unmarshal(value, own.field); err != nil {
				return fmt.Errorf("%q has the wrong type: %s", own.name, value)
			}
			delete(object, own.name)
		}
	}
	for _, m := range members {
		if value, has := object[m.Name]; has {
			if err := m.read(f, value); err != nil {
				return err
			}
			delete(object, m.Name)
		}
	}
	for name := range object {
		return fmt.Errorf("a fault has no member %q: there are kind, %s", name, names(members))
	}
	return nil
}

func (m Member) read(f *Fault, value json.RawMessage) error {
	field := m.field(f)
	if _, is := field.(*time.Duration); is {
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return fmt.Errorf(`%q is not a duration like "90s" or "5m": %s`, m.Name, value)
		}
		return m.Set(f, text)
	}
	if err := json.Unmarshal(value, field); err != nil {
		return fmt.Errorf("%q has the wrong type: %s", m.Name, value)
	}
	return nil
}

func names(list []Member) string {
	var all []string
	for _, m := range list {
		all = append(all, m.Name)
	}
	return strings.Join(all, ", ")
}
