package query

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groups of the tasks of an instance.
type groups []string

func (g groups) Has(group string) bool {
	return g.Any(func(other string) bool { return other == group })
}

func (g groups) Any(wanted func(string) bool) bool {
	return slices.ContainsFunc(g, wanted)
}

func attributes(pairs ...string) (list []types.Attribute) {
	for _, pair := range pairs {
		name, value, valued := strings.Cut(pair, "=")
		a := types.Attribute{Name: &name}
		if valued {
			a.Value = &value
		}
		list = append(list, a)
	}
	return list
}

var web = &Subject{
	Instance: &state.ContainerInstance{
		EC2InstanceID: "i-0aa", AgentConnected: true, Version: types.VersionInfo{AgentVersion: aws.String("1.60.0")},
		RegisteredAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
		Attributes:   attributes("big", "disk=9", "ecs.availability-zone=eu-west-1a", "ecs.instance-type=m5.large", "stack=prod"),
	},
	Running: 3, Groups: groups{"family:batch", "service:web"},
}

// bare is an instance of which nothing is known.
var bare = &Subject{Instance: &state.ContainerInstance{}, Groups: groups(nil)}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		text          string
		ofWeb, ofBare bool
	}{
		{"attribute:stack == prod", true, false},
		{"attribute:stack==prod", true, false},
		{"attribute:stack equals prod", true, false},
		{"attribute:stack != prod", false, false},
		{"attribute:stack not_equals test", true, false},
		{"not(attribute:stack == prod)", false, true},
		{"attribute:stack !exists or attribute:stack != prod", false, true},
		{"attribute:ecs.availability-zone in [eu-west-1a, eu-west-1c]", true, false},
		{"attribute:ecs.availability-zone in[eu-west-1b,eu-west-1c]", false, false},
		{"attribute:ecs.availability-zone not_in ['eu-west-1b', \"eu west\"]", true, false},
		{"attribute:ecs.availability-zone !in [eu-west-1a]", false, false},
		{"attribute:ecs.instance-type =~ m5.*", true, false},
		{"attribute:ecs.instance-type =~ m5", false, false}, // the whole value
		{"attribute:ecs.instance-type =~ m4|m5.large", true, false},
		{"attribute:ecs.instance-type matches m[45].(large|xlarge)", true, false},
		{"(attribute:ecs.instance-type =~ m[45].(large|xlarge))", true, false},
		{"attribute:ecs.instance-type !~ m5.*", false, false},
		{"attribute:big exists", true, false},
		{"attribute:big not_exists", false, true},
		{"attribute:nothing !exists and attribute:big EXISTS", true, false},
		{"attribute:disk > 10", false, false},
		{"attribute:disk less_than 10", true, false},
		{"attribute:stack >= prod", true, false},
		{"ec2InstanceId in ['i-0aa', \"i-0bb\"]", true, false},
		{"ec2InstanceId =~ i-.*", true, false},
		{"agentConnected == true", true, false},
		{"agentConnected != true", false, true},
		{"agentVersion >= 1.60", true, false},
		{"agentVersion < 1.101.0", true, false}, // by number, not by letter
		{"agentVersion == 1.60", true, false},
		{"agentVersion != 1.60.0", false, true},
		{"registeredAt > 2026-01-31", true, false},
		{"registeredAt == 2026-01-31T13:00:00+01:00", true, false},
		{"registeredAt <= 2026-01-31T12:00:00Z", true, true},
		{"registeredAt < 2026-01-31T12:00:00", false, true},
		{"runningTasksCount < 4", true, true},
		{"runningTasksCount greater_than_equal 3", true, false},
		{"task:group == service:web", true, false},
		{"not(task:group == family:batch)", false, true},
		{"task:group != service:web", false, true},
		{"task:group in [a, service:web]", true, false},
		{"task:group =~ family:.*", true, false},
		{"task:group !~ family:.*", false, true},
		{"(attribute:ecs.instance-type =~ g2.* or attribute:big exists) and not(task:group == x)", true, false},
		// not before and, and that before or
		{"attribute:big exists or attribute:big exists and attribute:none exists", true, false},
		{"not attribute:none exists and attribute:big exists", true, false},
		{"! attribute:big exists || runningTasksCount==3&&agentConnected==true", true, true},
		{"NOT NOT attribute:big exists AND agentConnected == true", true, false},
	} {
		e, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if e.Match(web) != c.ofWeb || e.Match(bare) != c.ofBare {
			t.Errorf("%s: %t of the web instance and %t of the bare one, want %t and %t", c.text, e.Match(web), e.Match(bare), c.ofWeb, c.ofBare)
		}
		if e.OnGroups() != strings.Contains(c.text, "task:group") {
			t.Errorf("%s: asks for groups: %t", c.text, e.OnGroups())
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "expected a subject at character 1",
		"  ":                                    "expected a subject at character 3",
		"stack == prod":                         "'stack' is no subject at character 1",
		"attribute: == prod":                    "'attribute:' is no subject at character 1",
		"attribute:stack":                       "expected an operator at character 16",
		"attribute:stack is prod":               "expected an operator at character 17",
		"attribute:stack == ":                   "expected an argument at character 20",
		"attribute:stack == prod test":          "expected and, or, or the end at character 25",
		"attribute:stack == prod and":           "expected a subject at character 28",
		"(attribute:stack == prod":              "expected ')' at character 25",
		"attribute:stack == prod)":              "expected and, or, or the end at character 24",
		"attribute:stack in prod":               "expected '[' at character 20",
		"attribute:stack in [a b]":              "expected ',' or ']' at character 23",
		"attribute:stack in []":                 "expected an argument at character 21",
		"attribute:stack == 'prod":              "a quotation without end at character 20",
		"runningTasksCount in [1]":              "an operator that runningTasksCount does not have at character 19",
		"runningTasksCount < many":              "'many' is not a number at character 21",
		"agentVersion > 1.x":                    "'1.x' is not a version at character 16",
		"registeredAt > yesterday":              "'yesterday' is not a date at character 16",
		"agentConnected exists":                 "an operator that agentConnected does not have at character 16",
		"attribute:t =~ (?=a).*":                "ecs-emulator does not support the pattern '(?=a).*' at character 16",
		`attribute:t =~ (a)\1`:                  `ecs-emulator does not support the pattern '(a)\1' at character 16`,
		"attribute:t =~ [a-z&&[^m]]":            "ecs-emulator does not support the pattern '[a-z&&[^m]]' at character 16",
		strings.Repeat("(", 200):                "more than 100 levels at character 101",
		strings.Repeat("not ", 400):             "more than 100 levels at character 400",
		strings.Repeat(" ", 2001):               "more than 2000 characters at character 2001",
		"attribute:t =~ '\\Qa'":                 "ecs-emulator does not support the pattern '\\Qa' at character 16",
		"attribute:" + strings.Repeat("x", 129): "'attribute:" + strings.Repeat("x", 129) + "' is no subject at character 1",
	} {
		_, err := Parse(text)
		if err == nil || err.Error() != "Invalid expression: "+want+"." {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzParse: any text is read or refused with a place in it, and what is
// read has an answer.
func FuzzParse(f *testing.F) {
	f.Add("(attribute:ecs.instance-type =~ m5.* or attribute:big !exists) and not(task:group in [family:batch, 'a b'])")
	f.Add("registeredAt >= 2026-01-31T12:00:00Z && agentVersion<1.60.0||runningTasksCount not_equals 3")
	f.Add(`attribute:t =~ "[^]a\]]\Q[\E"`)
	f.Add(`attribute:t =~ \Q[\E0 or attribute:t < {`)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.At < 0 || wrong.At > len(text) {
				t.Errorf("%#v", err)
			}
			return
		}
		for _, s := range []*Subject{web, bare} {
			not, err := Parse("not(" + text + " )") // after an open bracket, a closing one is the argument's
			if err != nil {
				if len(text) > maxLength-6 || strings.Contains(text, "(") || strings.Contains(text, "not") || strings.Contains(text, "!") {
					continue // too long or too deep now
				}
				t.Fatalf("not(%s): %v", text, err)
			}
			if e.Match(s) == not.Match(s) {
				t.Errorf("%q and its negation are both %t", text, e.Match(s))
			}
		}
	})
}
