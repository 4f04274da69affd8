// Command generate writes what AWS's public API models demand of the requests of each service,
// for the operations that are built: model.json beside its handlers. It reads the models that
// botocore has, which is part of the AWS CLI and of boto3:
//
//	go run ./handlers/awsapi/constraint/generate
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// services are the packages of handlers, and what botocore calls their models.
var services = map[string]string{
	"acm": "acm", "applicationautoscaling": "application-autoscaling", "autoscaling": "autoscaling", "cloudformation": "cloudformation", "cloudwatch": "cloudwatch", "cloudwatchlogs": "logs", "codedeploy": "codedeploy", "ecr": "ecr",
	"elasticloadbalancingv2": "elbv2", "eventbridge": "events", "iam": "iam", "resourcegroupstaggingapi": "resourcegroupstaggingapi", "scheduler": "scheduler", "servicediscovery": "servicediscovery", "secretsmanager": "secretsmanager", "ssm": "ssm", "sts": "sts",
}

func main() {
	data, err := exec.Command("python3", "-c", "import botocore, os; print(os.path.join(botocore.__path__[0], 'data')); print(botocore.__version__)").Output()
	check(err)
	from := strings.Fields(string(data))
	for folder, name := range services {
		folder = filepath.Join("handlers", folder)
		versions, err := filepath.Glob(filepath.Join(from[0], name, "*", "service-2.json.gz"))
		check(err)
		if len(versions) == 0 {
			check(fmt.Errorf("botocore %s has no model of %s", from[1], name))
		}
		newest := slices.Max(versions)
		m := model{}
		m.read(newest)
		table := constraint.Table{
			Source: fmt.Sprintf("AWS's public API model %s, version %s, of botocore %s", name, filepath.Base(filepath.Dir(newest)), from[1]),
			Shapes: map[string]constraint.Shape{}, Structures: map[string][]constraint.Member{},
		}
		for _, operation := range built(folder) {
			if o, known := m.Operations[operation]; known && o.Input.Shape != "" {
				m.add(&table, o.Input.Shape, operation+"Input")
			}
		}
		text, err := json.MarshalIndent(table, "", " ")
		check(err)
		check(os.WriteFile(filepath.Join(folder, "model.json"), append(text, '\n'), 0o644))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var row = regexp.MustCompile(`awsapi\.(?:Works|Partial|Refuses|NotBuiltWith\[[\w.]+\])\("(\w+)"`)

// built are the operations of which the table of a service has the inputs.
func built(folder string) (operations []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(err)
		for _, match := range row.FindAllSubmatch(text, -1) {
			operations = append(operations, string(match[1]))
		}
	}
	return operations
}

// model is a file of botocore.
type model struct {
	Operations map[string]struct {
		Input struct {
			Shape string `json:"shape"`
		} `json:"input"`
	} `json:"operations"`
	Shapes map[string]shape `json:"shapes"`
}

type shape struct {
	Type      string          `json:"type"`
	Required  []string        `json:"required"`
	Members   json.RawMessage `json:"members"`
	Member    reference       `json:"member"`
	Min       *float64        `json:"min"`
	Max       *float64        `json:"max"`
	Pattern   string          `json:"pattern"`
	Enum      []string        `json:"enum"`
	Sensitive bool            `json:"sensitive"`
}

type reference struct {
	Shape string `json:"shape"`
}

func (m *model) read(path string) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	check(err)
	text, err := io.ReadAll(unpacked)
	check(err)
	check(json.Unmarshal(text, m))
}

// add adds a structure and what it consists of, if anything is demanded of it.
func (m *model) add(t *constraint.Table, name, as string) {
	if _, known := t.Structures[as]; known {
		return
	}
	t.Structures[as] = []constraint.Member{}
	s := m.Shapes[name]
	for _, member := range ordered(s.Members) {
		t.Structures[as] = append(t.Structures[as], constraint.Member{
			Name: member.name, Required: slices.Contains(s.Required, member.name), Shape: m.shape(t, member.Shape),
		})
	}
	t.Structures[as] = slices.DeleteFunc(t.Structures[as], func(each constraint.Member) bool { return !each.Required && each.Shape == "" })
}

// shape adds a shape, and returns its name, empty if nothing is demanded of it.
func (m *model) shape(t *constraint.Table, name string) string {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		m.add(t, name, name)
		return name
	case "list":
		element := m.shape(t, s.Member.Shape)
		if element == "" && s.Min == nil && s.Max == nil {
			return ""
		}
		t.Shapes[name] = constraint.Shape{Min: s.Min, Max: s.Max, Element: element}
		return name
	}
	made := constraint.Shape{Min: s.Min, Max: s.Max, Pattern: s.Pattern, Enum: len(s.Enum) > 0, Sensitive: s.Sensitive}
	if made.Free() {
		return ""
	}
	t.Shapes[name] = made
	return name
}

type named struct {
	name string
	reference
}

// ordered are the members of a structure in the order of the model, which JSON objects of Go
// lose.
func ordered(text json.RawMessage) (list []named) {
	if len(text) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	_, err := d.Token()
	check(err)
	for d.More() {
		key, err := d.Token()
		check(err)
		n := named{name: key.(string)}
		check(d.Decode(&n.reference))
		list = append(list, n)
	}
	return list
}
