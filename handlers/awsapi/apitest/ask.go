package apitest

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Request is a request, and what it asks before anything is looked up. Make it with [Ask].
type Request struct {
	operation, input string
	wants            []string
}

// Ask is a request for an operation, of the account 111122223333 in us-east-1. The input is JSON with the members by the
// names that the SDK has, or empty. The wants are "ACTION RESOURCE KEY=VALUE,VALUE …", in order; of a resource of the
// service they have the end of its ARN.
func Ask(operation, input string, wants ...string) Request { return Request{operation, input, wants} }

// AskedBy fails for a request that asks for something else, for a want without a key that all have, which wants of the table
// leave out, and for an operation without a request in the table, unless it asks for its own action on "*" alone.
func AskedBy(t *testing.T, s awsapi.Service, table []Request, all ...string) {
	t.Helper()
	operations, shown := map[string]awsapi.Operation{}, map[string]bool{}
	for _, o := range s.Operations {
		operations[o.Name] = o
	}
	for _, row := range table {
		o := operations[row.operation]
		in := reflect.New(o.Input).Interface()
		d := json.NewDecoder(strings.NewReader(row.input))
		if d.DisallowUnknownFields(); row.input != "" && d.Decode(in) != nil {
			t.Fatalf("%s has no input %s", o.Name, row.input)
		}
		wants := s.Asked(asking(s), o.Name, in)
		AccessKeys(t, s.AccessShape(o), wants)
		got := make([]string, 0, len(wants))
		for _, w := range wants {
			for _, name := range all {
				if w.Keys[name].Texts == nil {
					t.Errorf("%s asks for %s without %s", o.Name, w.Action, name)
				}
			}
			got = append(got, told(w, s, all))
		}
		if !slices.Equal(got, row.wants) {
			t.Errorf("%s asks for\n\t%s\nwant\n\t%s", o.Name, strings.Join(got, "\n\t"), strings.Join(row.wants, "\n\t"))
		}
		shown[o.Name] = true
	}
	for _, o := range s.Operations {
		shape := s.AccessShape(o)
		plain := len(shape.Keys) <= len(all) && slices.Equal(shape.Wants, []string{actions(s) + ":" + o.Name + " on *"})
		if o.Input != nil && !shape.AsksItself && !shown[o.Name] && !plain {
			t.Errorf("no request shows what %s asks", o.Name)
		}
	}
}

func asking(s awsapi.Service) awsapi.Call {
	return awsapi.Call{Service: s.Name, Region: "us-east-1", Account: "111122223333"}
}

func actions(s awsapi.Service) string { return cmp.Or(s.Actions, s.Name) }

// told is a want in the words of [Ask].
func told(w awsapi.Access, s awsapi.Service, without []string) string {
	here := "arn:aws:" + actions(s) + ":us-east-1:111122223333:"
	var text strings.Builder
	text.WriteString(w.Action + " " + strings.TrimPrefix(w.Resource, here))
	for _, name := range slices.Sorted(maps.Keys(w.Keys)) {
		if !slices.Contains(without, name) {
			text.WriteString(" " + name + "=" + strings.ReplaceAll(strings.Join(w.Keys[name].Texts, ","), here, ""))
		}
	}
	return text.String()
}
