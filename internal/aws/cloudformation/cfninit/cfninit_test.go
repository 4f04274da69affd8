package cfninit_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/cfninit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func TestTexts(t *testing.T) {
	for name, c := range map[string]struct{ metadata, sets, want string }{
		"a config": {`
config:
  packages: {yum: {jq: []}}
  commands:
    02_start: {command: start ecs}
    01_join: {command: echo ECS_CLUSTER=blue >> /etc/ecs/ecs.config}
  files:
    /etc/ecs/ecs.config: {content: "A=1\n", mode: "000400"}`, "", "A=1\n|echo ECS_CLUSTER=blue >> /etc/ecs/ecs.config|start ecs"},
		"a command in words":    {`config: {commands: {one: {command: [echo, ECS_CLUSTER=blue]}}}`, "", "echo ECS_CLUSTER=blue"},
		"a variable":            {`config: {commands: {one: {command: echo ECS_CLUSTER=$NAME, env: {NAME: blue}}}}`, "", "NAME=\"blue\"\necho ECS_CLUSTER=$NAME"},
		"base64":                {`config: {files: {/a: {content: QT0x, encoding: base64}}}`, "", "A=1"},
		"Mustache":              {`config: {files: {/a: {content: "A={{name}}", context: {name: blue}}}}`, "", "A=blue"},
		"JSON":                  {`config: {files: {/a: {content: {b: [1]}}}}`, "", `{"b":[1]}`},
		"a download":            {`config: {files: {/a: {source: "https://example.com"}}}`, "", ""},
		"the default set":       {sets, "", "1|2"},
		"sets by name":          {sets, "last, first", "2|1"},
		"a set of sets":         {sets, "all", "1|2|2"},
		"no set of that name":   {sets, "other", "AWS::CloudFormation::Init has no config set other"},
		"no config":             {`other: {}`, "", "AWS::CloudFormation::Init has no config config"},
		"a config not there":    {`configSets: {default: [one]}`, "", "AWS::CloudFormation::Init has no config one"},
		"a set that has itself": {`configSets: {default: [{ConfigSet: default}]}`, "", "the config set default of AWS::CloudFormation::Init has itself"},
	} {
		t.Run(name, func(t *testing.T) {
			metadata, err := document.Read("AWS::CloudFormation::Init:\n  " + strings.ReplaceAll(strings.TrimSpace(c.metadata), "\n", "\n  "))
			if err != nil {
				t.Fatal(err)
			}
			texts, err := cfninit.Texts(metadata, c.sets)
			got := strings.Join(texts, "|")
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("texts are %q, want %q", got, c.want)
			}
		})
	}
}

const sets = `
configSets:
  default: [one, two]
  first: one
  last: [two]
  all: [{ConfigSet: default}, {ConfigSet: last}]
one: {commands: {a: {command: "1"}}}
two: {commands: {a: {command: "2"}}}`

// TestSetsThatDouble holds that sets of sets end.
func TestSetsThatDouble(t *testing.T) {
	text := "AWS::CloudFormation::Init:\n  configSets:\n    s0: [a, a]\n"
	for n := 1; n < 60; n++ {
		text += strings.NewReplacer("N", strconv.Itoa(n), "M", strconv.Itoa(n-1)).Replace("    sN: [{ConfigSet: sM}, {ConfigSet: sM}]\n")
	}
	metadata, err := document.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfninit.Texts(metadata, "s59"); err == nil {
		t.Error("sets without an end have texts")
	}
}
