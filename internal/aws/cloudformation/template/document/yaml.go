package document

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

func readYAML(text string) (*Value, error) {
	var document, second yaml.Node
	d := yaml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&document); errors.Is(err, io.EOF) || err == nil && len(document.Content) == 0 {
		return nil, unsupportedStructure(Position{})
	} else if err != nil {
		return nil, notWellFormed(failedAt(err))
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, notWellFormed(Position{second.Line, second.Column})
	}
	return yamlValue(document.Content[0], 0)
}

// failedAt is the line that an error of the parser names, without a column: it names none.
func failedAt(err error) Position {
	_, after, _ := strings.Cut(err.Error(), "line ")
	digits, _, _ := strings.Cut(after, ":")
	line, _ := strconv.Atoi(digits)
	return Position{Line: line}
}

func notWellFormed(at Position) error { return Formatf(at, "YAML not well-formed.") }

// yamlValue is what a node has, with the functions that short tags are.
func yamlValue(n *yaml.Node, depth int) (*Value, error) {
	at := Position{n.Line, n.Column}
	switch {
	case depth > maxDepth:
		return nil, unsupportedStructure(at)
	case n.Kind == yaml.AliasNode:
		return nil, Errorf(at, "YAML aliases are not allowed in CloudFormation templates")
	}
	v := &Value{At: at}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		v.Kind = Map
		err = v.yamlMembers(n, depth)
	case yaml.SequenceNode:
		v.Kind = List
		for _, each := range n.Content {
			var item *Value
			if item, err = yamlValue(each, depth+1); err != nil {
				break
			}
			v.Items = append(v.Items, item)
		}
	default:
		v.yamlScalar(n)
	}
	if err != nil {
		return nil, err
	}
	return v.tagged(n.Tag)
}

func (v *Value) yamlMembers(n *yaml.Node, depth int) error {
	places := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if name.Kind != yaml.ScalarNode {
			if name.Kind == yaml.AliasNode {
				_, err := yamlValue(name, depth)
				return err
			}
			return notWellFormed(Position{name.Line, name.Column})
		}
		value, err := yamlValue(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		v.Set(Member{name.Value, Position{name.Line, name.Column}, value}, places)
	}
	return nil
}

// yamlScalar keeps the text. A number is one if JSON could have it: 0x1F is a text. AWS reads YAML 1.1, so without quotes yes and
// on are true, and 017 is 15: pull requests 5257 of aws/aws-cli, 2061 of ASFHyP3/hyp3 and 109 of DataDog/cloudformation-template,
// which saw it there. That names of members stay as they are is a guess.
func (v *Value) yamlScalar(n *yaml.Node) {
	v.Kind, v.Text = Text, n.Value
	plain := n.Style&(yaml.TaggedStyle|yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	tag := n.ShortTag()
	switch {
	case tag == "!!null":
		v.Kind = Null
	case tag == "!!bool" || plain && tag == "!!str":
		if b, is := booleans[n.Value]; is && (plain || strings.EqualFold(n.Value, b)) {
			v.Kind, v.Text = Bool, b
		}
	case tag == "!!int" || tag == "!!float":
		if strings.Trim(n.Value, "-+.0123456789eE") == "" && json.Valid([]byte(n.Value)) {
			v.Kind = Number
		} else if digits, is := strings.CutPrefix(n.Value, "0"); plain && is {
			if i, err := strconv.ParseInt(digits, 8, 64); err == nil && digits[0] != '-' && digits[0] != '+' {
				v.Kind, v.Text = Number, strconv.FormatInt(i, 10)
			}
		}
	}
}

// booleans are the ones of YAML 1.1.
var booleans = map[string]string{
	"true": "true", "True": "true", "TRUE": "true", "yes": "true", "Yes": "true", "YES": "true", "on": "true", "On": "true", "ON": "true",
	"false": "false", "False": "false", "FALSE": "false", "no": "false", "No": "false", "NO": "false", "off": "false", "Off": "false", "OFF": "false",
}

// unsupportedTags are YAML's own that CloudFormation lacks. Source: user guide, template formats.
const unsupportedTags = " !!binary !!omap !!pairs !!set "

// tagged is the function that a short tag is, with its value: !Sub text is {"Fn::Sub": text}.
func (v *Value) tagged(tag string) (*Value, error) {
	if strings.HasPrefix(tag, "!!") || !strings.HasPrefix(tag, "!") || tag == "!" {
		if strings.Contains(unsupportedTags, " "+tag+" ") {
			return nil, notWellFormed(v.At)
		}
		return v, nil
	}
	if v.Kind == Null { // !GetAZs without a value
		v.Kind, v.Text = Text, ""
	}
	name := tag[1:]
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return &Value{Kind: Map, Members: []Member{{name, v.At, v}}, At: v.At}, nil
}
