package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// maxNodes is how many values a file may have once its anchors are followed.
const maxNodes = 1_000_000

// yamlReader turns the library's nodes into ours.
type yamlReader struct {
	again []duplicate
	count int
	depth int
}

// readYAML reads one document, with its anchors followed.
func readYAML(data []byte) (*node, []duplicate, error) {
	var document, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	switch err := d.Decode(&document); {
	case errors.Is(err, io.EOF) || err == nil && len(document.Content) == 0:
		return nil, nil, errors.New("the file has no value")
	case err != nil:
		return nil, nil, yamlFailure(err)
	}
	switch err := d.Decode(&second); {
	case err == nil:
		return nil, nil, &lineError{second.Line, errors.New("a second document, where the AWS CLI takes one")}
	case !errors.Is(err, io.EOF):
		return nil, nil, yamlFailure(err)
	}
	r := &yamlReader{}
	n, err := r.node(document.Content[0])
	return n, r.again, err
}

var yamlLine = lazyregexp.New(`^yaml: (?:[a-z ]+: )?line (\d+): `)

// yamlFailure has the line out of the library's message.
func yamlFailure(err error) error {
	message := err.Error()
	if found := yamlLine.FindStringSubmatch(message); found != nil {
		line, _ := strconv.Atoi(found[1])
		return &lineError{line, errors.New("no YAML: " + message[len(found[0]):])}
	}
	return errors.New("no YAML: " + strings.TrimPrefix(message, "yaml: "))
}

func (r *yamlReader) node(y *yaml.Node) (*node, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, &lineError{y.Line, fmt.Errorf("more than %d levels", maxDepth)}
	}
	defer func() { r.depth-- }()
	if r.count++; r.count > maxNodes {
		return nil, &lineError{y.Line, fmt.Errorf("more than %d values, with those of its anchors", maxNodes)}
	}
	n := &node{line: y.Line}
	switch y.Kind {
	case yaml.AliasNode:
		return r.node(y.Alias)
	case yaml.MappingNode:
		return n, r.members(n, y)
	case yaml.SequenceNode:
		n.kind = list
		for _, each := range y.Content {
			item, err := r.node(each)
			if err != nil {
				return nil, err
			}
			if !item.null() { // as the API does
				n.items = append(n.items, item)
			}
		}
		return n, nil
	}
	return n, n.scalar(y)
}

func (r *yamlReader) members(n *node, y *yaml.Node) error {
	own, merged := map[string]int{}, []*node{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		value, err := r.node(y.Content[i+1])
		if err != nil {
			return err
		}
		if key.Kind != yaml.ScalarNode {
			return &lineError{key.Line, errors.New("the name of a member is no text")}
		}
		if key.Tag == "!!merge" {
			merged = append(append(merged, value), value.items...)
			continue
		}
		m := nodeMember{key.Value, key.Line, value}
		if i, had := own[key.Value]; had {
			r.again = append(r.again, duplicate{key.Value, key.Line})
			n.members[i] = m
			continue
		}
		own[key.Value] = len(n.members)
		n.members = append(n.members, m)
	}
	for _, other := range merged { // what is not there yet
		for _, m := range other.members {
			if _, had := own[m.name]; !had {
				own[m.name] = len(n.members)
				n.members = append(n.members, m)
			}
		}
	}
	return nil
}

// scalar is what JSON would have for it.
func (n *node) scalar(y *yaml.Node) error {
	n.kind, n.text = text, y.Value
	var err error
	switch y.ShortTag() {
	case "!!null":
		n.kind, n.text = literal, "null"
	case "!!bool":
		var b bool
		err = y.Decode(&b)
		n.kind, n.text = literal, strconv.FormatBool(b)
	case "!!int":
		err = n.integer(y)
	case "!!float":
		var f float64
		if err = y.Decode(&f); err == nil && f-f != 0 { // infinite, or no number
			err = errors.New(y.Value + " is no number of JSON")
		}
		n.kind, n.text = literal, strconv.FormatFloat(f, 'f', -1, 64)
	case "!!str", "!!timestamp", "!!binary":
	default:
		err = fmt.Errorf("%s %s: the AWS CLI knows no such tag", y.Tag, y.Value)
	}
	if err != nil {
		return &lineError{y.Line, err}
	}
	return nil
}

// integer is the one that the AWS CLI reads, which takes YAML 1.2 as ruamel.yaml does: 0o17 and 6_4
// are numbers, 017 is 17, and 0X1F is a text. Source: the CLI's cliinput.py.
func (n *node) integer(y *yaml.Node) error {
	digits := strings.TrimLeft(strings.ReplaceAll(y.Value, "_", ""), "+-")
	if len(digits) > 1 && digits[0] == '0' && strings.ContainsRune("XOB", rune(digits[1])) {
		return nil
	}
	var i int64
	err := y.Decode(&i)
	if strings.Trim(digits, "0123456789") == "" {
		i, err = strconv.ParseInt(strings.ReplaceAll(y.Value, "_", ""), 10, 64)
	}
	n.kind, n.text = literal, strconv.FormatInt(i, 10)
	return err
}
