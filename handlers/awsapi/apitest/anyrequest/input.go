// Package anyrequest makes requests for any operation of any service, for tests of what all of them have in common:
//
//	in := anyrequest.Input(service, operation, table)
//	request, body := anyrequest.New(t, srv.URL(), service, operation.Name, in)
package anyrequest

import (
	"cmp"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// Input is a pointer to an input of an operation that has the members which the service's model requires, and the members from which
// the operation's row makes its resources. The values suit the model, as far as the texts that are known here do.
func Input(s awsapi.Service, o awsapi.Operation, table constraint.Table) any {
	f := &filler{table: table, arn: "arn:aws:" + cmp.Or(s.Actions, s.Name) + ":eu-west-1:123456789012:thing/one"}
	if s.Name == "iam" {
		f.arn = "arn:aws:iam::123456789012:policy/one"
	}
	in := reflect.New(o.Input)
	f.structure(in.Elem(), o.Name+"Input")
	for _, want := range s.AccessShape(o).Wants {
		for _, member := range member.FindAllStringSubmatch(want, -1) {
			f.path(in.Elem(), o.Name+"Input", strings.Split(member[1], "."))
		}
	}
	return in.Interface()
}

// member is one in a template: {Cluster|default}, {DnsConfig.NamespaceId}.
var member = regexp.MustCompile(`\{([\w.]+)[^}]*\}`)

type filler struct {
	table constraint.Table
	arn   string
}

// structure fills the members that a structure must have.
func (f *filler) structure(v reflect.Value, name string) {
	for _, m := range f.table.Structures[name] {
		if field := v.FieldByName(strings.ToUpper(m.Name[:1]) + m.Name[1:]); m.Required && field.IsValid() {
			f.fill(field, m.Name, m.Shape)
		}
	}
}

// path fills the members that a template names.
func (f *filler) path(v reflect.Value, structure string, path []string) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || !v.FieldByName(path[0]).IsValid() {
		return
	}
	shape := ""
	for _, m := range f.table.Structures[structure] {
		if strings.EqualFold(m.Name, path[0]) {
			shape = m.Shape
		}
	}
	field := v.FieldByName(path[0])
	if field.IsZero() {
		f.fill(field, path[0], shape)
	}
	if field.Kind() == reflect.Slice {
		field, shape = field.Index(0), f.table.Shapes[shape].Element
	}
	if len(path) > 1 {
		f.path(field, shape, path[1:])
	}
}

// fill gives a member a value of a shape.
func (f *filler) fill(v reflect.Value, name, shape string) {
	s := f.table.Shapes[shape]
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), name, shape)
	case reflect.String:
		v.SetString(f.text(v.Type(), name, s))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(atLeast(s)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(atLeast(s)))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), atLeast(s), atLeast(s)))
		for i := range v.Len() {
			f.fill(v.Index(i), strings.TrimSuffix(name, "s"), s.Element)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, "", "")
		f.fill(value, "", "")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Uint8:
		v.SetUint('a')
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1<<31, 0).UTC()))
			return
		}
		if f.structure(v, cmp.Or(shape, v.Type().Name())); v.IsZero() { // a list of empty ones is not sent
			f.fill(v.Field(0), v.Type().Field(0).Name, "")
		}
	}
}

// atLeast is a number or a length that a shape allows.
func atLeast(s constraint.Shape) int {
	if s.Min != nil {
		return max(1, int(*s.Min))
	}
	return 1
}

// text is the first that a shape allows.
func (f *filler) text(t reflect.Type, name string, s constraint.Shape) string {
	if values, ok := t.MethodByName("Values"); ok {
		return values.Func.Call([]reflect.Value{reflect.Zero(t)})[0].Index(0).String()
	}
	candidates := append([]string{"one", f.arn}, known...)
	switch low := strings.ToLower(name); {
	case strings.HasSuffix(low, "rolearn"):
		candidates[0] = role
	case strings.HasSuffix(low, "arn"):
		candidates[0] = f.arn
	case low == "domainname":
		candidates[0] = "one.example"
	}
	candidates = append(candidates, strings.Repeat("1", atLeast(s)), strings.Repeat("a", atLeast(s)))
	pattern, err := regexp.Compile("^(?:" + character.ReplaceAllString(s.Pattern, `\x{$1}`) + ")$")
	for _, text := range candidates {
		if len(text) >= atLeast(s) && (s.Max == nil || len(text) <= int(*s.Max)) && (err != nil || s.Pattern == "" || pattern.MatchString(text)) {
			return text
		}
	}
	return candidates[0]
}

// character is one by its code in the words of models.
var character = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

const role = "arn:aws:iam::123456789012:role/app"

// known are texts that patterns of models ask for.
var known = []string{
	role, "123456789012", "one.example", "/one", "/one/", "rate(1 day)", "v1", "sha256:0a", "0e2b51c0-4d3f-4a5e-9b1c-0123456789ab",
	"arn:aws:scheduler:eu-west-1:123456789012:schedule-group/one",
	"arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/0123456789012345678901234567890",
}
