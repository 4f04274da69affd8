package template_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

const secrets = `
Transform: AWS::LanguageExtensions
Parameters:
  Pin: {Type: String, NoEcho: true}
  Zone: {Type: String, NoEcho: true, Default: 8277}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', NoEcho: true, Default: /image}
Mappings: {Map: {a: {b: c}}}
`

// TestErrorsHaveNoSecrets: what a NoEcho parameter has is in no error, neither of Resolve nor of Fill.
func TestErrorsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		with("!FindInMap [Map, a, !Ref Pin]"):                     "Template error: Unable to get mapping for Map::a::****",
		with("!FindInMap [!Ref Pin, a, b]"):                       "Template error: Mapping named '****' is not present in the 'Mappings' section of template.",
		with("!ImportValue {'Fn::Sub': '${Pin}-x'}"):              "No export named ****-x found.",
		with("!Select [!Ref Pin, [a]]"):                           "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
		with("!Cidr [!Sub '${Pin}.0.0.0/8', 1, 8]"):               "Template error: every Fn::Cidr object requires two or three parameters, (1) an IP block, (2) a count between 1 and 256 and (3) the number of CIDR bits",
		with("!Select [1, !Split [x, !Sub '${Pin}']]"):            "Template error: Fn::Select cannot select nonexistent value at index 1",
		with("!Cidr ['10.0.0.0/8', 1, !Ref Pin]"):                 "Template error: every Fn::Cidr object requires two or three parameters, (1) an IP block, (2) a count between 1 and 256 and (3) the number of CIDR bits",
		with("!Select [!Select [0, [!Ref Pin]], !GetAtt B.List]"): "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
		with("{'Fn::GetAtt': [B, !Ref Pin]}"):                     "A name that is made of a NoEcho parameter is not built",
		with("{Ref: !Sub 'B${Pin}'}"):                             "A name that is made of a NoEcho parameter is not built",
		with("!Sub '{{resolve:${Pin}:a}}'"):                       "Template error: unsupported dynamic reference service ****",
		with("!Sub '{{resolve:s3:${B}:${Pin}}}'"):                 "Template error: unsupported dynamic reference service s3",
		"Resources: {A: {Type: T, DeletionPolicy: !Ref Pin}}":     "A policy that is made of a NoEcho parameter is not built",
		topic + "Outputs: {O: {Value: a, Export: {Name: !Ref Pin}}, P: {Value: b, Export: {Name: !Ref Pin}}}": "Export with name **** is already exported by stack net.",
		topic + "Outputs: {O: {Value: !FindInMap [Map, !Ref Pin, b]}}":                                        "Template error: Unable to get mapping for Map::****::b",
		topic + "Conditions: {C: !Equals [!FindInMap [Map, a, !Ref Pin], x], D: !Not [!Condition C]}":         "Template error: Unable to get mapping for Map::a::****",
	} {
		text := secrets + body
		stack, err := resolve(text, map[string]string{"Pin": "7391"})
		if err == nil {
			_, _, err = stack.Resources[1].Fill(attributes)
		}
		holdMessage(t, body, err, want)
	}
	for declared, want := range map[string]string{
		"Type: String, AllowedPattern: '[a-z]+'":                       "Parameter 'P' must match pattern [a-z]+",
		"Type: String, AllowedValues: [a]":                             "Parameter 'P' must be one of AllowedValues",
		"Type: String, MaxLength: 2":                                   "Parameter 'P' must contain at most 2 characters",
		"Type: Number, MaxValue: 2":                                    "Parameter 'P' must be a number not greater than 2",
		"Type: String, MaxLength: 2, ConstraintDescription: be short.": "Parameter P failed to satisfy constraint: be short.",
		"Type: AWS::EC2::VPC::Id":                                      "Parameter validation failed: parameter value **** for parameter name P does not exist",
		"Type: 'AWS::SSM::Parameter::Value<String>'":                   "Unable to fetch parameters [****] from parameter store for this account.",
	} {
		_, err := resolve("Parameters: {P: {NoEcho: true, "+declared+"}}\n"+topic, map[string]string{"P": "7391"})
		holdMessage(t, declared, err, want)
	}
}

// TestWhereTheMaskFits: what fails with the value alone is told without it.
func TestWhereTheMaskFits(t *testing.T) {
	t.Parallel()
	text := "Parameters: {P: {Type: CommaDelimitedList, NoEcho: true}}\nMappings: {Map: {a: {'1': x}}}\n" + with("!Select [0, !If [Empty, [a], !Split [',', !Join ['', [!FindInMap [Map, a, !Select [0, !Ref P]]]]]]]")
	text += "Conditions: {Empty: !Equals [!Join ['', !Ref P], '']}\n"
	_, err := resolve(text, map[string]string{"P": "7391"})
	holdMessage(t, text, err, "Template error: Unable to get mapping for Map::a::****")
	text = "Parameters: {P: {Type: String, NoEcho: true, Default: '****'}}\nMappings: {Map: {'a': {b: x}}}\n" + with("!Base64 {'Fn::Split': ['*', !Ref P]}")
	_, err = resolve(text, nil)
	holdMessage(t, text, err, "Template error: every Fn::Base64 object must have a String-typed value.")
	text = "Parameters: {P: {Type: String, NoEcho: true}}\n" + with("!Select [3, !Split ['*', !Ref P]]")
	_, err = resolve(text, map[string]string{"P": "7391"})
	holdMessage(t, text, err, "Template error: the value of a NoEcho parameter does not fit a function")
}

// TestOutputsShown: DescribeStacks has the value (CFN-77), reasons have the mask.
func TestOutputsShown(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct{ filled, shown, failed string }{
		"!Ref Pin":                                   {filled: "1", shown: "****"},
		"!Sub '${Pin}:${A.Arn}'":                     {filled: "1:<A.Arn>", shown: "****:<A.Arn>"},
		"!Select [!Ref Pin, [a, b]]":                 {filled: "b", shown: "****"},
		"!Select [!Ref Pin, !GetAtt A.List]":         {filled: "y", shown: "****"},
		"!Select [!Sub '${Pin}7', !GetAtt A.List]":   {failed: "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
		"!Select [0, !GetAtt A.List]":                {filled: "x", shown: "x"},
		"!Join ['', [!Ref Pin, !Base64 {Ref: Pin}]]": {filled: "1MQ==", shown: "****KioqKg=="},
		"!GetAtt A.List":                             {failed: "Template format error: The Value field of every Outputs member must evaluate to a String."},
	} {
		stack, err := resolve(secrets+topic+"Outputs: {O: {Value: "+value+", Export: {Name: !Sub '${Pin}-a'}}}", map[string]string{"Pin": "1"})
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		o := stack.Outputs[0]
		got, shown, err := o.Fill(attributes)
		switch {
		case want.failed != "":
			holdMessage(t, value, err, want.failed)
		case err != nil || got.Text != want.filled || shown.Text != want.shown:
			t.Errorf("%s: %v, %v shown as %v", value, err, got, shown)
		}
		if o.Export.Text != "1-a" || o.ShownExport.Text != "****-a" {
			t.Errorf("%s: exported as %v, shown as %v", value, o.Export, o.ShownExport)
		}
	}
}

// TestMissingExportsShown: the name of an export that a NoEcho parameter is part of is not told.
func TestMissingExportsShown(t *testing.T) {
	t.Parallel()
	parsed, err := template.Parse(secrets + with("[!ImportValue nope, !ImportValue {'Fn::Sub': '${Pin}-x'}, !ImportValue {Ref: Pin}]"))
	if err != nil {
		t.Fatal(err)
	}
	stack, err := parsed.Resolve(template.Input{Environment: account{}, MissingExports: true, Parameters: map[string]string{"Pin": "7391"}})
	if err != nil || strings.Join(stack.Missing, " ") != "**** nope" {
		t.Errorf("%v %v", stack.Missing, err)
	}
}

// TestChainsOfFailingConditions take no time that doubles with each.
func TestChainsOfFailingConditions(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(secrets + topic + "Conditions:\n  C0: !Equals [!FindInMap [Map, a, !Ref Pin], x]\n")
	name := "C0"
	for range 60 {
		text.WriteString("  " + name + "x: !Or [!Condition " + name + ", !Condition " + name + "]\n")
		name += "x"
	}
	reversed := strings.Split(strings.TrimSpace(text.String()[len(secrets+topic+"Conditions:\n"):]), "\n")
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	body := secrets + topic + "Conditions:\n"
	for _, line := range reversed {
		body += "  " + strings.TrimSpace(line) + "\n"
	}
	_, err := resolve(body, map[string]string{"Pin": "7391"})
	holdMessage(t, "a chain", err, "Template error: Unable to get mapping for Map::a::****")
}

// expressions are values that a NoEcho parameter may be part of, as JSON.
func expressions(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{
			`{"Ref":"Pin"}`, `{"Fn::Sub":"a-${Pin}-b"}`, `{"Ref":"B"}`, `"text"`, `"1"`, `{"Fn::GetAtt":["B","List"]}`, `{"Ref":"Pins"}`, `["a",{"Ref":"Pin"}]`,
		}).Draw(t, "leaf")
	}
	e := func() string { return expressions(t, depth-1) }
	switch rapid.IntRange(0, 9).Draw(t, "function") {
	case 0:
		return `{"Fn::Join":["-",[` + e() + `,` + e() + `]]}`
	case 1:
		return `{"Fn::Join":["-",` + e() + `]}`
	case 2:
		return `{"Fn::Select":[` + e() + `,[` + e() + `,` + e() + `]]}`
	case 3:
		return `{"Fn::Select":["1",` + e() + `]}`
	case 4:
		return `{"Fn::Split":["-",` + e() + `]}`
	case 5:
		return `{"Fn::Base64":` + e() + `}`
	case 6:
		return `{"Fn::Sub":["${v}${v}",{"v":` + e() + `}]}`
	case 7:
		return `{"Fn::FindInMap":["Map",` + e() + `,` + e() + `]}`
	case 8:
		return `{"Fn::If":["IsPin",` + e() + `,` + e() + `]}`
	default:
		return `{"Fn::ImportValue":` + e() + `}`
	}
}

// TestNothingShowsSecrets: neither errors nor what is shown have a NoEcho parameter, after any functions.
func TestNothingShowsSecrets(t *testing.T) {
	t.Parallel()
	const pin = "7391"
	rapid.Check(t, func(t *rapid.T) {
		value := expressions(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		text := `{"Parameters":{"Pin":{"Type":"String","NoEcho":true},"Pins":{"Type":"CommaDelimitedList","NoEcho":true}},
			"Mappings":{"Map":{"a":{"b":"c"},"text":{"1":"a","text":"b"}}},
			"Conditions":{"IsPin":{"Fn::Equals":[{"Ref":"Pin"},"` + rapid.SampledFrom([]string{"7391", "x"}).Draw(t, "pin") + `"]}},
			"Resources":{"B":{"Type":"T"},"A":{"Type":"T","Properties":{"P":` + value + `}}},
			"Outputs":{"O":{"Value":{"Fn::Join":["",["o",` + value + `]]}}}}`
		told := func(what string) {
			if strings.Contains(what, pin) || strings.Contains(what, "NzM5M") {
				t.Fatalf("%s shows %s", value, what)
			}
		}
		stack, err := resolve(text, map[string]string{"Pin": pin, "Pins": pin + "," + pin})
		if err != nil {
			told(err.Error())
			return
		}
		told(stack.Resources[1].Shown.JSON())
		for _, c := range stack.Causes("A")["P"] {
			told(c.Entity())
		}
		if _, shown, err := stack.Resources[1].Fill(attributes); err != nil {
			told(err.Error())
		} else {
			told(shown.JSON())
		}
		if _, shown, err := stack.Outputs[0].Fill(attributes); err != nil {
			told(err.Error())
		} else {
			told(shown.JSON())
		}
	})
}
