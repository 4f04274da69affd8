package emulator_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	logGroupStack = `
Parameters: {Days: {Type: Number}, Name: {Type: String, Default: /web}}
Resources: {Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Name, RetentionInDays: !Ref Days}}}
Outputs: {Logs: {Value: !Sub "${Logs} ${Days}", Export: {Name: logs}}}
`
	importingStack = `{"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "p", "Type": "String", "Value": {"Fn::ImportValue": "logs"}}},
		"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}}}}}`
)

// complete waits until the only stacks are some, which are complete.
func (w *world) complete(names ...string) map[string]types.Stack {
	w.Helper()
	client, found := cloudformation.NewFromConfig(w.srv.Config()), map[string]types.Stack{}
	w.eventually("the stacks are complete", func() bool {
		out, err := client.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{})
		w.must(err)
		clear(found)
		for _, s := range out.Stacks {
			if s.StackStatus == types.StackStatusCreateComplete {
				found[*s.StackName] = s
			}
		}
		return len(found) == len(names) && len(out.Stacks) == len(names)
	})
	for _, name := range names {
		if _, is := found[name]; !is {
			w.Errorf("there is no stack %s", name)
		}
	}
	return found
}

// The stack more imports what base exports.
func TestInitMakesStacks(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		InitDir: initDir(t, map[string]string{
			"stacks/base.yml": logGroupStack, "stacks/base.parameters.json": `[{"ParameterKey": "Days", "ParameterValue": "7"}]`,
			"stacks/more.json": importingStack, "stacks/more.parameters.json": `{"Parameters": {}, "Tags": {"team": "shop"}, "StackPolicy": {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}}`,
			"stacks/other.yaml": strings.ReplaceAll(logGroupStack, "Name: logs", "Name: others"), "stacks/other.parameters.json": `["Days=14", "Name=/a.b"]`,
		}),
	}
	check := func(srv *emulator.Server) string {
		t.Helper()
		w := &world{T: t, srv: srv}
		stacks := w.complete("base", "more", "other")
		if got := *stacks["base"].Outputs[0].OutputValue; got != "/web 7" {
			t.Errorf("the base has %s", got)
		}
		if got := *stacks["other"].Outputs[0].OutputValue; got != "/a.b 14" {
			t.Errorf("the other one has %s", got)
		}
		if tags := stacks["more"].Tags; len(tags) != 1 || *tags[0].Key != "team" {
			t.Errorf("tags %+v", tags)
		}
		policy, err := cloudformation.NewFromConfig(srv.Config()).GetStackPolicy(w.Context(), &cloudformation.GetStackPolicyInput{StackName: stacks["more"].StackName})
		if err != nil || policy.StackPolicyBody == nil || !strings.Contains(*policy.StackPolicyBody, "Update:*") {
			t.Errorf("the policy is %+v, %v", policy, err)
		}
		return *stacks["base"].StackId
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	id := check(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, opts).srv
	if same := check(again); same != id {
		t.Errorf("%s is made again as %s", id, same)
	}
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	if other := check(again); other == id {
		t.Error("the reset has left a stack")
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if log.Len() != 0 {
		t.Errorf("the log warns of what is well:\n%s", log.String())
	}
}

// What is there stays, and the start says what of it is not as its file has it.
func TestInitLeavesStacksThatAreThere(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		InitDir: initDir(t, map[string]string{
			"stacks/base.yaml": logGroupStack, "stacks/base.parameters.json": `["Days=7"]`,
			"log-groups/taken.json": `{"logGroupName": "/taken"}`,
			"stacks/bad.yaml":       logGroupStack, "stacks/bad.parameters.json": `["Days=7", "Name=/taken"]`,
		}),
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, srv: first}
	client := cloudformation.NewFromConfig(first.Config())
	w.eventually("one is complete and one is rolled back", func() bool {
		out, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
		w.must(err)
		statuses := map[types.StackStatus]bool{}
		for _, s := range out.Stacks {
			statuses[s.StackStatus] = true
		}
		return statuses[types.StackStatusCreateComplete] && statuses[types.StackStatusRollbackComplete]
	})
	path := filepath.Join(opts.InitDir, "stacks")
	if err := errors.Join(first.Close(), os.WriteFile(filepath.Join(path, "base.yaml"), []byte(logGroupStack+"# more\n"), 0o600),
		os.WriteFile(filepath.Join(path, "bad.yaml"), []byte(logGroupStack+"# more\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	start(t, opts)
	for _, want := range []string{"is ROLLBACK_COMPLETE, and is made again once it is deleted", "the stack has another template"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not have %q:\n%s", want, log.String())
		}
	}
}

func TestInitFailsWithTheTemplateAndTheReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no template":            {map[string]string{"stacks/a.txt": "{}"}, "no template in stacks"},
		"refused":                {map[string]string{"stacks/a.yaml": "Resources: {}"}, "a.yaml: operation error CloudFormation: CreateStack, "},
		"unknown type":           {map[string]string{"stacks/a.yaml": "Resources: {A: {Type: AWS::No::Type}}"}, "AWS::No::Type"},
		"a missing parameter":    {map[string]string{"stacks/a.yaml": logGroupStack}, "Parameters: [Days] must have values"},
		"a missing export":       {map[string]string{"stacks/a.json": importingStack}, "No export named logs found."},
		"one that never comes":   {map[string]string{"a.json": `{"clusterName": "a"}`, "stacks/a.yaml": strings.ReplaceAll(logGroupStack, "Name: logs", "Name: x"), "stacks/a.parameters.json": `["Days=7"]`, "stacks/b.json": importingStack}, "b.json: operation error CloudFormation: CreateStack, "},
		"two of a name":          {map[string]string{"stacks/a.yaml": logGroupStack, "stacks/a.json": importingStack}, "is the stack a, too"},
		"parameters alone":       {map[string]string{"a.json": `{"clusterName": "a"}`, "stacks/a.parameters.json": "[]"}, "a.parameters.json: there is no template of the stack a beside it"},
		"parameters of no form":  {map[string]string{"stacks/a.yaml": logGroupStack, "stacks/a.parameters.json": `{"Days": "7"}`}, "a.parameters.json: parameters are a list of"},
		"a name that cannot be":  {map[string]string{"stacks/a_b.yaml": logGroupStack, "stacks/a_b.parameters.json": `["Days=7"]`}, "a_b.yaml: operation error CloudFormation: CreateStack, "},
		"a misspelt folder":      {map[string]string{"stack/a.json": "{}"}, "the folder is none of access-keys"},
		"parameters without a =": {map[string]string{"stacks/a.yaml": logGroupStack, "stacks/a.parameters.json": `["Days"]`}, `"Days" has no =`},
	} {
		t.Run(name, func(t *testing.T) {
			srv, err := emulator.New(emulator.Options{InProcess: true, InitDir: initDir(t, test.files), Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				_ = srv.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
