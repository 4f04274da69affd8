package typestest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// EveryProperty holds that each property of the type table, down to its last member, is refused by name, is one of the type's Inert,
// or reaches a call: with another value the calls of a create are others, and so are the calls of an update, unless that
// refuses the change. Parts have properties that each type can be made with, in one of which a property has to show. What is in
// without is not looked at: "AWS::EC2::EIP.Domain".
func EveryProperty(t *testing.T, types []*handler.Type, parts []Part, without ...string) {
	t.Helper()
	for _, of := range types {
		known, found := schema.Find(of.Name)
		if !found {
			t.Errorf("the type table has no %s", of.Name)
			continue
		}
		l := look{t: t, of: of, known: known, without: without}
		for _, p := range parts {
			if p.Kind == of.Name {
				root, err := document.Read("Properties: " + reference.ReplaceAllString(p.Properties, "filled"))
				if err != nil {
					t.Fatal(err)
				}
				l.bases = append(l.bases, known.Convert(root.Get("Properties")))
			}
		}
		if len(l.bases) == 0 {
			t.Errorf("no part is a %s", of.Name)
		}
		for name, p := range known.Properties {
			l.at([]string{name}, p)
		}
		for _, base := range l.bases { // answers without anything do not end the process
			callsWith(of, base, nil, nothing)
			callsWith(of, base, base, nothing)
		}
	}
}

// reference is a Ref or Fn::GetAtt in the properties of a Part.
var reference = regexp.MustCompile(`\$\{[^}]*\}`)

// look looks at the properties of a type.
type look struct {
	t       *testing.T
	of      *handler.Type
	known   *schema.Type
	bases   []*document.Value
	without []string
}

func (l look) at(path []string, p *schema.Property) {
	dotted := strings.Join(path, ".")
	if slices.Contains(l.of.Refused, dotted) || slices.Contains(l.of.Inert, dotted) || slices.Contains(l.without, l.of.Name+"."+dotted) || path[0] == l.known.Tags {
		return
	}
	if p.Members != nil {
		for name, member := range p.Members {
			l.at(append(slices.Clip(path), name), member)
		}
		return
	}
	if !l.reaches(path, func(v, _ *document.Value) string { return calls(l.of, v, nil) }) {
		l.t.Errorf("%s: %s reaches no call of a create", l.of.Name, dotted)
	}
	if l.known.Properties[path[0]].Recreation == schema.Always {
		return
	}
	if !l.reaches(path, func(v, before *document.Value) string { return calls(l.of, v, before) }) {
		l.t.Errorf("%s: %s reaches no call of an update", l.of.Name, dotted)
	}
}

// pairs are two values each: texts may be times, numbers or booleans.
var pairs = [][2]string{{"2026-01-07T00:00:00Z", "2026-01-09T00:00:00Z"}, {"7", "9"}, {"true", "false"}}

// reaches is whether a value at a path makes a difference, with one of the bases and of the pairs.
func (l look) reaches(path []string, run func(v, before *document.Value) string) bool {
	for _, base := range l.bases {
		for _, pair := range pairs {
			one, two := set(base, path, l.known.Properties, pair[0]), set(base, path, l.known.Properties, pair[1])
			if run(one, one) != run(two, one) {
				return true
			}
		}
	}
	return false
}

// set returns properties with a value at a path, in the first item of each list.
func set(v *document.Value, path []string, members map[string]*schema.Property, text string) *document.Value {
	made := &document.Value{Kind: document.Map}
	if v != nil {
		made.Members = slices.Clone(v.Members)
	}
	p, value := members[path[0]], made.Get(path[0])
	switch {
	case len(path) == 1:
		value = sample(p, text)
	case p.List:
		var first *document.Value
		if value != nil && len(value.Items) > 0 {
			first = value.Items[0]
		}
		value = &document.Value{Kind: document.List, Items: []*document.Value{set(first, path[1:], p.Members, text)}}
	default:
		value = set(value, path[1:], p.Members, text)
	}
	made.Members = slices.DeleteFunc(made.Members, func(m document.Member) bool { return m.Name == path[0] })
	made.Members = append(made.Members, document.Member{Name: path[0], Value: value})
	return made
}

// sample is a value of a property; what does not fit its kind stays a text.
func sample(p *schema.Property, text string) *document.Value {
	v := document.NewText(text)
	if p.Is(schema.Object) {
		v = &document.Value{Kind: document.Map, Members: []document.Member{{Name: "Key", Value: v}}}
	}
	if p.List {
		v = &document.Value{Kind: document.List, Items: []*document.Value{v}}
	}
	return v
}

// calls are what a create makes, or an update from previous properties, until all are made, and why it failed: where reads before
// the first change find nothing, where they are refused, and where they find something.
func calls(of *handler.Type, properties, previous *document.Value) (all string) {
	for _, first := range []reads{empty, refused, full} {
		all += callsWith(of, properties, previous, first)
	}
	return all
}

// reads are how reads before the first change are answered.
type reads int

const (
	empty reads = iota
	refused
	full
	nothing // is the answer of all calls
)

// mostCalls bounds the calls for one resource: answers that are made up may name a next page for ever.
const mostCalls = 500

func callsWith(of *handler.Type, properties, previous *document.Value, first reads) string {
	var text strings.Builder
	made := 0
	call := func(_ context.Context, op apiclient.Operation, in, out any) error {
		body, err := json.Marshal(in)
		if made++; err == nil && made > mostCalls {
			err = errors.New("there are calls without an end")
		}
		if err != nil {
			return err
		}
		text.WriteString(op.Name + string(body) + "\n")
		if first != nothing && !slices.ContainsFunc([]string{"Describe", "Get", "List"}, func(verb string) bool { return strings.HasPrefix(op.Name, verb) }) {
			first = full
		}
		switch {
		case first == refused:
			return &apiclient.Error{Status: 404, Code: "NotFound"}
		case out == nil, first == nothing:
		case first == full:
			fill(reflect.ValueOf(out).Elem())
		default:
			for _, member := range reflect.ValueOf(out).Elem().Fields() { // what is asked for is there, and has nothing
				if member.Kind() == reflect.Pointer && member.Type().Elem().Kind() == reflect.Struct {
					member.Set(reflect.New(member.Type().Elem()))
				}
			}
		}
		return nil
	}
	r := handler.Request{
		Action: handler.Create, Type: of.Name, LogicalID: "A", StackName: "shop", StackID: StackID, Scope: Scope, Incarnation: "1", Properties: properties,
	}
	if previous != nil {
		r.Action, r.Previous, r.PhysicalID = handler.Update, previous, "id"
	}
	for range 20 {
		result := of.Run(context.Background(), call, r)
		if result.Failure != nil {
			text.WriteString(result.Failure.Message)
		}
		if result.Again == 0 || result.Configured {
			break
		}
		r.PhysicalID, r.Attributes, r.Progress = result.PhysicalID, result.Attributes, result.Progress
	}
	return text.String()
}

// fill gives each member of an output a value, but for links to a next page.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !slices.Contains([]string{"NextToken", "NextMarker", "Marker", "IsTruncated"}, f.Name) {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("filled")
	case reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	}
}
