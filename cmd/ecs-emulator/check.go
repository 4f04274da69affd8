package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

var checkCommand = subcommand{
	name:    "check",
	summary: "show what would be refused of definitions in files",
	examples: []example{
		{"ecs-emulator check web.json service.yaml", "a task definition and its service"},
		{"ecs-emulator check stack.yaml --parameter Env=dev", "a template of CloudFormation"},
		{"terraform show -json plan | ecs-emulator check -", "a plan of Terraform"},
	},
	arguments: []argument{{name: "file", about: "JSON or YAML as for --cli-input-json, a template of CloudFormation, or a plan or a state of Terraform in JSON; - for standard input", repeated: true}},
	declare:   declareCheck,
}

// declareCheck tells what the emulator would refuse of files, and what would have no effect. The
// flags that serve has as well make it refuse less.
func declareCheck(flags *flagSet) action {
	var opts check.Templates
	var operation, launchType, upstream string
	var strict, asJSON bool
	flags.group("Findings", func() {
		flags.StringVar(&operation, "operation", "", "`operation` of files whose members do not tell it, such as run-task")
		flags.BoolVar(&strict, "strict", false, "end with exit code 1 for members without effect, too; its environment variable is ECS_EMULATOR_CHECK_STRICT")
		flags.variable("strict", "ECS_EMULATOR_CHECK_STRICT")
		flags.BoolVar(&asJSON, "json", false, "show the findings as JSON, one in each line")
	})
	flags.group("Templates of CloudFormation", func() {
		flags.Func("parameter", "`name=value` of a parameter of templates; may be repeated", func(pair string) error {
			return opts.Parameters.Add(pair)
		})
		flags.Func("parameters", "`file` of parameters, as for --parameters or --parameter-overrides of the AWS CLI", func(name string) error {
			text, err := userfile.Read(context.Background(), name, 1<<20)
			if err != nil {
				return err
			}
			return opts.Parameters.AddFile(text)
		})
	})
	flags.group("As serve has them", func() {
		declareIgnoredTypes(flags, &opts.Ignore)
		flags.StringVar(&launchType, "default-launch-type", "EC2", "launch `type` of requests that name none: EC2 as on AWS, or FARGATE")
		flags.suggest("default-launch-type", "EC2", "FARGATE")
		flags.StringVar(&upstream, "upstream", "", "`url` of a server that gets requests for AWS services that the emulator does not have, which are no findings then")
		flags.BoolVar(&opts.AllowPrivileged, "allow-privileged", false, "take containers on container instances that have rights on the engine's host")
		flags.Func("allow-host-path", "`path` of the container engine's host that tasks on container instances may mount; may be repeated or hold several, separated by commas", func(list string) error {
			opts.HostPaths = append(opts.HostPaths, splitList(list)...)
			return nil
		})
	})
	return func(ctx context.Context, names []string, stdout, _ io.Writer) (err error) {
		opts.Upstream, opts.DefaultLaunchType = upstream != "", types.LaunchType(strings.ToUpper(launchType))
		if !slices.Contains([]types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeFargate}, opts.DefaultLaunchType) {
			return usageError{fmt.Errorf("--default-launch-type %q is none of EC2, FARGATE", launchType)}
		}
		if err := stacktypes.CheckIgnored(opts.Ignore); err != nil {
			return usageError{fmt.Errorf("--ignore-type: %w", err)}
		}
		if opts.Operation, err = check.OperationNamed(operation); err != nil {
			return usageError{fmt.Errorf("--operation: %w", err)}
		}
		findings := opts.Files(readFiles(ctx, names, os.Stdin))
		show := showFindings
		if asJSON {
			show = printFindings
		}
		if err := show(stdout, findings); err != nil {
			return err
		}
		return verdict(findings, strict)
	}
}

// printFindings prints each as a JSON object in a line.
func printFindings(w io.Writer, findings []check.Finding) error {
	encoder := json.NewEncoder(w)
	for _, f := range findings {
		if err := encoder.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// readFiles reads the files. It reads no more of a file than shows that it is too large.
func readFiles(ctx context.Context, names []string, stdin io.Reader) (files []check.File) {
	for _, name := range names {
		if name == "-" {
			text, err := io.ReadAll(io.LimitReader(stdin, check.MaxBytes+1))
			files = append(files, check.File{Name: "standard input", Text: text, Err: err})
			continue
		}
		text, err := userfile.Read(ctx, name, check.MaxBytes)
		files = append(files, check.File{Name: name, Text: text, Err: rootOfPath(err)})
	}
	return files
}

// rootOfPath is why a file cannot be read, without its name.
func rootOfPath(err error) error {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

func showFindings(w io.Writer, findings []check.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintln(w, activity.OneLine(findingLine(f))); err != nil {
			return err
		}
	}
	return nil
}

// findingLine says where, what and why.
func findingLine(f check.Finding) string {
	where := f.File
	if f.Line > 0 {
		where += ":" + strconv.Itoa(f.Line)
	}
	parts := []string{where, f.Resource, f.Member}
	switch f.Effect {
	case check.NoEffect:
		parts = append(parts, "note", "no effect here")
	case check.Unchecked:
		parts = append(parts, "not checked")
	case check.Stops:
		parts = append(parts, "its tasks stop")
	case check.Refused:
		parts = append(parts, f.Operation, f.Code)
	}
	parts = slices.DeleteFunc(append(parts, f.Message), func(part string) bool { return part == "" })
	line := strings.Join(parts, ": ")
	if f.Hint != "" {
		line += " (" + f.Hint + ")"
	}
	return line
}

// verdict is the error that the findings are, nil if they are none.
func verdict(findings []check.Finding, strict bool) error {
	count := map[check.Effect]int{}
	for _, f := range findings {
		count[f.Effect]++
	}
	var parts []string
	for _, part := range []struct {
		effect check.Effect
		text   string
		counts bool
	}{{check.Unreadable, "%d cannot be checked", true}, {check.Refused, "%d would be refused", true}, {check.Stops, "tasks of %d would stop", true}, {check.NoEffect, "%d without effect", strict}} {
		if n := count[part.effect]; n > 0 && part.counts {
			parts = append(parts, fmt.Sprintf(part.text, n))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return errors.New("check: " + strings.Join(parts, ", "))
}
