package alarmrule_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmrule"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// states are the states of some alarms; others have no data.
func states(name string) types.StateValue {
	switch {
	case strings.HasPrefix(name, "a"):
		return types.StateValueAlarm
	case strings.HasPrefix(name, "o"):
		return types.StateValueOk
	}
	return types.StateValueInsufficientData
}

func TestHolds(t *testing.T) {
	for text, want := range map[string]string{
		"TRUE":                                   "true:",
		"FALSE":                                  "false:",
		"NOT TRUE":                               "false:",
		"NOT NOT FALSE":                          "false:",
		"TRUE OR FALSE AND FALSE":                "true:",
		"(TRUE OR FALSE) AND FALSE":              "false:",
		"ALARM(a)":                               "true:a",
		"ALARM ( a )":                            "true:a",
		`ALARM("a b)c\"d")`:                      `true:a b)c"d`,
		"ALARM(o)":                               "false:o",
		"OK(o)":                                  "true:o",
		"INSUFFICIENT_DATA(x)":                   "true:x",
		"ALARM(OK)":                              "false:OK",
		"NOT ALARM(o)":                           "true:o",
		"ALARM(a1) OR ALARM(o)":                  "true:a1",
		"ALARM(o) OR ALARM(x)":                   "false:o x",
		"ALARM(a) AND OK(o) AND ALARM(a2)":       "true:a o a2",
		"ALARM(a) AND ALARM(o)":                  "false:o",
		"NOT (ALARM(a) AND ALARM(o))":            "true:o",
		"AT_LEAST(1, ALARM, (a,o))":              "true:a",
		"AT_LEAST(2, ALARM, (a,a,o))":            "true:a a",
		"AT_LEAST(67%, ALARM, (a,a,o))":          "false:o",
		"AT_LEAST(66%, ALARM, (a,a,o))":          "true:a a",
		"AT_LEAST(100%, NOT ALARM, (o, x))":      "true:o x",
		"AT_LEAST(2, NOT ALARM, (o, a))":         "false:a",
		"ALARM(arn:aws:cloudwatch:r:1:alarm:a)":  "true:arn:aws:cloudwatch:r:1:alarm:a",
		"\tALARM(a)\nAND\r\n NOT\tALARM(\"o\") ": "true:a o",
	} {
		rule, err := alarmrule.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		holds, because := rule.Holds(states)
		got := map[bool]string{true: "true:", false: "false:"}[holds] + strings.Join(because, " ")
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	rule, err := alarmrule.Parse("ALARM(b) OR AT_LEAST(1, OK, (a, b)) OR OK(a)")
	if err != nil || strings.Join(rule.Names(), " ") != "b a" {
		t.Errorf("%v, %v", rule.Names(), err)
	}
}

// All but the last ones are recorded answers of AWS.
func TestWrongRules(t *testing.T) {
	const operand = "', must be: '(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA"
	at := func(token, char, expected string) string {
		return "Unsupported token '" + token + "' at char " + char + ", must be: " + expected
	}
	start := strings.TrimPrefix(operand, "', must be: ")
	for text, want := range map[string]string{
		"true":                      at("true", "0", start),
		"True":                      at("True", "0", start),
		"false":                     at("false", "0", start),
		"not TRUE":                  at("not", "0", start),
		"TRUE and FALSE":            at("and", "5", "<EOF>, 'AND', 'OR'"),
		"TRUE or FALSE":             at("or", "5", "<EOF>, 'AND', 'OR'"),
		"TRUE && FALSE":             at("&&", "5", "<EOF>, 'AND', 'OR'"),
		"TRUE FALSE":                at("FALSE", "5", "<EOF>"),
		"TRUE junk":                 at("junk", "5", "<EOF>"),
		"!TRUE":                     at("!TRUE", "0", start),
		"alarm(a)":                  at("alarm", "0", start),
		"UNKNOWN(a)":                at("UNKNOWN", "0", start),
		"ALARM(an alarm with)":      at("alarm", "9", "')'"),
		"AT_LEAST(0, ALARM, (a,b))": "AT_LEAST absolute threshold must be between 1 and number of alarms (2)",
		"AT_LEAST(3, ALARM, (a,b))": "AT_LEAST absolute threshold must be between 1 and number of alarms (2)",
		"AT_LEAST(-1, ALARM, (a))":  at("-1", "9", "NUMBER, PERCENTAGE NUMBER"),
		"AT_LEAST(1.5, ALARM, (a))": at("1.5", "9", "NUMBER, PERCENTAGE NUMBER"),
		"AT_LEAST(50.5%, OK, (a))":  at("50.5%", "9", "NUMBER, PERCENTAGE NUMBER"),
		"AT_LEAST(0%, ALARM, (a))":  "AT_LEAST percentage threshold must be between 1 and 100",
		"AT_LEAST(101%, OK, (a))":   "AT_LEAST percentage threshold must be between 1 and 100",
		"AT_LEAST(1, BOGUS, (a))":   at("BOGUS", "12", "'NOT', ALARM, OK, or INSUFFICIENT_DATA"),
		"AT_LEAST(1, ALARM, ())": at("))", "20", "'NOT', 'AND', 'OR', 'AT_LEAST', NUMBER, PERCENTAGE NUMBER, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA, "+
			"unquoted alarm name, quoted alarm name"),

		"":                           at("<EOF>", "0", start),
		"(TRUE":                      at("<EOF>", "5", "')', 'AND', 'OR'"),
		"ALARM(":                     at("<EOF>", "6", "'NOT', 'AND', 'OR', 'AT_LEAST', NUMBER, PERCENTAGE NUMBER, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA, unquoted alarm name, quoted alarm name"),
		"ALARM":                      at("<EOF>", "5", "'('"),
		"AT_LEAST(1, OK, (a b))":     at("b", "19", "',', ')'"),
		strings.Repeat("(", 5000):    "The rule is nested too deeply",
		strings.Repeat("NOT ", 2000): "The rule has more than 500 elements",
		"TRUE" + strings.Repeat(" AND TRUE", 500): "The rule has more than 500 elements",
	} {
		_, err := alarmrule.Parse(text)
		if err == nil || err.Error() != "Error in AlarmRule ["+want+"]" {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
}

// Any rule is refused, or what it says holds where its negation does not.
func FuzzRule(f *testing.F) {
	for _, text := range []string{
		"TRUE OR FALSE AND NOT TRUE", `ALARM ( "a b" ) AND OK(o)`, "AT_LEAST(50%, NOT ALARM, (a,o,\"x\"))", "AT_LEAST(1, ALARM, ())", "ALARM(a", `"`, "ALARM(a)) )",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := alarmrule.Parse(text)
		if err != nil {
			return
		}
		holds, because := rule.Holds(states)
		for _, name := range because {
			found := false
			for _, known := range rule.Names() {
				found = found || known == name
			}
			if !found {
				t.Fatalf("%q is not in %q", name, rule.Names())
			}
		}
		opposite, err := alarmrule.Parse("NOT (" + text + ")")
		if err != nil {
			return // one element too many
		}
		if no, _ := opposite.Holds(states); no == holds {
			t.Fatal("a rule and its opposite are alike")
		}
	})
}
