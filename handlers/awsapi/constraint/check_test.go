package constraint_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

type size string

// Values is the method of the SDK's enumerations.
func (size) Values() []size { return []size{"SMALL", "LARGE"} }

type part struct {
	Label *string
	Size  size
}

type makeInput struct {
	Name   *string
	Secret *string
	Count  *int32
	Size   size
	Sizes  []size
	Labels []string
	Parts  []part
	Whole  *part
	Blob   []byte
	New    size // which the table does not know
}

const table = `{
 "shapes": {
  "Name": {"min": 2, "max": 5, "pattern": "[a-z\\u0041-\\u005A]+"},
  "Secret": {"min": 3, "sensitive": true},
  "Count": {"min": 1, "max": 10},
  "Size": {"enum": true},
  "Sizes": {"element": "Size"},
  "Labels": {"min": 1, "max": 2, "element": "Name"},
  "Parts": {"max": 2, "element": "part"},
  "Blob": {"max": 1}
 },
 "structures": {
  "MakeInput": [
   {"name": "name", "shape": "Name", "required": true}, {"name": "secret", "shape": "Secret"}, {"name": "count", "shape": "Count"},
   {"name": "size", "shape": "Size"}, {"name": "sizes", "shape": "Sizes"}, {"name": "labels", "shape": "Labels"},
   {"name": "parts", "shape": "Parts"}, {"name": "whole", "shape": "part"}, {"name": "blob", "shape": "Blob"}, {"name": "gone", "shape": "Name"}
  ],
  "part": [{"name": "label", "shape": "Name", "required": true}, {"name": "size", "shape": "Size"}]
 }
}`

// refusal is what a model says of an input, empty for nothing.
func refusal(m *constraint.Model, in makeInput) string {
	if err := m.Check("Make", &in); err != nil {
		return err.Error()
	}
	return ""
}

func TestEachDemand(t *testing.T) {
	m := constraint.New([]byte(table), constraint.Style{})
	name := aws.String("Ab")
	for want, in := range map[string]makeInput{
		"": {Name: name, Secret: aws.String("abc"), Count: aws.Int32(10), Size: "SMALL", Sizes: []size{"LARGE"}, Labels: []string{"ab"}, Parts: []part{{Label: name}}},
		"Value null at 'name' failed to satisfy constraint: Member must not be null":                                                                          {},
		"Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2":                                                {Name: aws.String("a")},
		"Value 'ab1' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z\\u0041-\\u005A]+":                           {Name: aws.String("ab1")},
		"Value at 'secret' failed to satisfy constraint: Member must have length greater than or equal to 3":                                                  {Name: name, Secret: aws.String("")},
		"Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10":                                                 {Name: name, Count: aws.Int32(11)},
		"Value 'HUGE' at 'size' failed to satisfy constraint: Member must satisfy enum value set: [SMALL, LARGE]":                                             {Name: name, Size: "HUGE"},
		"Value 'HUGE' at 'new' failed to satisfy constraint: Member must satisfy enum value set: [SMALL, LARGE]":                                              {Name: name, New: "HUGE"},
		"Value '[SMALL, HUGE]' at 'sizes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SMALL, LARGE]]": {Name: name, Sizes: []size{"SMALL", "HUGE"}},
		"Value '[]' at 'labels' failed to satisfy constraint: Member must have length greater than or equal to 1":                                             {Name: name, Labels: []string{}},
		"Value '[ab, a]' at 'labels' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 5, " +
			"Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: [a-z\\u0041-\\u005A]+]": {Name: name, Labels: []string{"ab", "a"}},
		"Value null at 'parts.2.member.label' failed to satisfy constraint: Member must not be null":    {Name: name, Parts: []part{{Label: name}, {}}},
		"Value null at 'whole.label' failed to satisfy constraint: Member must not be null":             {Name: name, Whole: &part{}},
		"Value at 'blob' failed to satisfy constraint: Member must have length less than or equal to 1": {Name: name, Blob: []byte("ab")},
	} {
		if want != "" {
			want = "ValidationException: 1 validation error detected: " + want
		}
		if got := refusal(m, in); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestAllViolationsInTheOrderOfTheModel(t *testing.T) {
	m := constraint.New([]byte(table), constraint.Style{})
	got := refusal(m, makeInput{Name: aws.String("123456"), Count: aws.Int32(0), Parts: []part{{Size: "HUGE"}, {}, {}}, Labels: []string{"a"}})
	if !strings.HasPrefix(got, "ValidationException: 9 validation errors detected: Value '123456' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5; "+
		"Value '123456' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ") {
		t.Error(got)
	}
	last := 0
	for _, at := range []string{"'name'", "'count'", "'labels'", "'parts'", "'parts.1.member.label'", "'parts.1.member.size'", "'parts.2.member.label'", "'parts.3.member.label'"} {
		here := strings.LastIndex(got, " at "+at)
		if here < last {
			t.Errorf("%s is not there, or too early: %s", at, got)
		}
		last = here
	}
}

func TestStyles(t *testing.T) {
	long, short := aws.String("123456"), aws.String("1")
	hidden := constraint.New([]byte(table), constraint.Style{Code: "ValidationError", HidesValues: true, PatternFirst: true, NullInElements: []string{"Name"}})
	const pattern, begin = "Member must satisfy regular expression pattern: [a-z\\u0041-\\u005A]+", "Value at 'name' failed to satisfy constraint: "
	if got := refusal(hidden, makeInput{Name: long}); got != "ValidationError: 2 validation errors detected: "+begin+pattern+"; "+begin+"Member must have length less than or equal to 5" {
		t.Error(got)
	}
	if got := refusal(hidden, makeInput{Name: short, Labels: []string{"1"}}); got != "ValidationError: 2 validation errors detected: "+begin+"Member must have length greater than or equal to 2; "+
		"Value at 'labels' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 5, "+
		"Member must have length greater than or equal to 2, "+pattern+", Member must not be null]" {
		t.Error(got)
	}
	named := constraint.New([]byte(table), constraint.Style{HidesValues: true, InPlaceOfValues: "of the input", NullInElements: []string{"Name"}})
	if got := refusal(named, makeInput{Name: long, Sizes: []size{"HUGE"}}); !strings.Contains(got, "Value of the input at 'name' failed") || !strings.HasSuffix(got,
		"Value of the input at 'sizes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SMALL, LARGE]]") {
		t.Error(got)
	}
	own := constraint.New([]byte(table), constraint.Style{
		Own: []string{"MakeInput.name"}, Required: []string{"MakeInput.count"}, Seen: map[string]constraint.Shape{"part.label": constraint.Length(0, 1)},
		Enums: map[string][]string{"size": {"LARGE", "SMALL"}},
	})
	if got := refusal(own, makeInput{Size: "HUGE", Whole: &part{Label: aws.String("ab")}}); got != "ValidationException: 3 validation errors detected: "+
		"Value null at 'count' failed to satisfy constraint: Member must not be null; "+
		"Value 'HUGE' at 'size' failed to satisfy constraint: Member must satisfy enum value set: [LARGE, SMALL]; "+
		"Value 'ab' at 'whole.label' failed to satisfy constraint: Member must have length less than or equal to 1" {
		t.Error(got)
	}
	first := constraint.New([]byte(table), constraint.Style{First: func(member, demand string) error { return errors.New(member + ": " + demand) }})
	if got := refusal(first, makeInput{Name: short, Labels: []string{"1"}}); got != "name: Member must have length greater than or equal to 2" {
		t.Error(got)
	}
}

// A model plans a type at its first request, which is not alone.
func TestFirstRequestsAtOnce(t *testing.T) {
	for range 200 {
		m := constraint.New([]byte(table), constraint.Style{})
		var requests sync.WaitGroup
		for range 8 {
			requests.Go(func() {
				if got := refusal(m, makeInput{}); !strings.Contains(got, "'name'") {
					t.Errorf("without a name: %q", got)
				}
			})
		}
		requests.Wait()
	}
}
