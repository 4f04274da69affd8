package initfolder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy/stackparameter"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
)

// stacksFolder has templates, each named as its stack.
const stacksFolder = "stacks"

// parametersSuffix is what the name of the file beside a template ends with, in place of the template's extension.
const parametersSuffix = ".parameters.json"

// stackFile is a template, with the file of parameters beside it.
type stackFile struct {
	name, path, template string
	parameters           stackparameter.File
}

// MakeStacks has CloudFormation create the stacks of the templates in the folder stacks, in order of their names, unless they are
// there. It does not wait until they are complete, unless one imports what another one exports: the controllers must run.
func (f *Folder) MakeStacks(ctx context.Context) error {
	files, err := readStacks(ctx, f.Dir)
	if err != nil {
		return err
	}
	var begun []string
	for _, each := range files {
		id, err := f.makeStack(ctx, each, begun)
		if err != nil {
			return fmt.Errorf("init %s: %w", each.path, err)
		}
		begun = append(begun, id)
		f.Log.Info("made at the start", "file", each.path)
	}
	return nil
}

// makeStack creates a stack, and returns its id; if it is there, that is empty. One that imports what is not exported yet waits for
// those that have begun before.
func (f *Folder) makeStack(ctx context.Context, of stackFile, begun []string) (id string, err error) {
	in := &cloudformation.CreateStackInput{
		StackName: &of.name, TemplateBody: &of.template, Capabilities: deploy.Capabilities, Parameters: of.parameters.Parameters, Tags: of.parameters.Tags,
	}
	if of.parameters.StackPolicy != "" {
		in.StackPolicyBody = &of.parameters.StackPolicy
	}
	var out cloudformation.CreateStackOutput
	expected := apiclient.ExpectingEach(ctx, func(code string) bool { return code == "AlreadyExistsException" || code == "ValidationError" })
	err = f.call(expected, ofCloudFormation("CreateStack"), in, &out)
	failed, is := errors.AsType[*apiclient.Error](err)
	switch {
	case is && failed.Code == "AlreadyExistsException":
		return "", f.leaveStack(ctx, of)
	case is && strings.HasPrefix(failed.Message, "No export named ") && len(begun) > 0: // CFN-73
		for _, before := range begun {
			if before != "" {
				if err := f.AwaitStack(ctx, before); err != nil {
					return "", fmt.Errorf("wait for %s: %w", before, err)
				}
			}
		}
		return f.makeStack(ctx, of, nil)
	}
	return aws.ToString(out.StackId), err
}

// leaveStack says what of a stack that is there is not as its file has it.
func (f *Folder) leaveStack(ctx context.Context, of stackFile) error {
	var described cloudformation.DescribeStacksOutput
	err := f.call(ctx, ofCloudFormation("DescribeStacks"), &cloudformation.DescribeStacksInput{StackName: &of.name}, &described)
	if err != nil {
		return err
	}
	var kept cloudformation.GetTemplateOutput
	if err := f.call(ctx, ofCloudFormation("GetTemplate"), &cloudformation.GetTemplateInput{StackName: &of.name}, &kept); err != nil {
		return err
	}
	switch status := described.Stacks[0].StackStatus; {
	case slices.Contains([]types.StackStatus{types.StackStatusCreateFailed, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusDeleteFailed}, status):
		f.leave(of.path, fmt.Sprintf("the stack is %s, and is made again once it is deleted", status))
	case aws.ToString(kept.TemplateBody) != of.template:
		f.leave(of.path, "the stack has another template, which aws cloudformation deploy changes")
	}
	return nil
}

func ofCloudFormation(operation string) apiclient.Operation {
	return apiclient.Of("cloudformation", operation)
}

// readStacks reads templates and their parameters, in order of the stacks' names.
func readStacks(ctx context.Context, dir string) (list []stackFile, err error) {
	var paths []string
	for _, pattern := range []string{"*.yaml", "*.yml", "*.json"} {
		found, err := matching(dir, stacksFolder+"/"+pattern)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	parameters := map[string]string{} // paths by the names of stacks
	for _, path := range paths {
		if name, are := strings.CutSuffix(filepath.Base(path), parametersSuffix); are {
			parameters[name] = path
			continue
		}
		body, err := userfile.Read(ctx, path, userfile.MiB)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		list = append(list, stackFile{name: name, path: path, template: string(body)})
	}
	sorting.By(list, func(a, b stackFile) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path)) })
	for i := range list {
		if i > 0 && list[i].name == list[i-1].name {
			return nil, fmt.Errorf("init %s: %s is the stack %s, too", list[i].path, list[i-1].path, list[i].name)
		}
		path, has := parameters[list[i].name]
		if !has {
			continue
		}
		delete(parameters, list[i].name)
		body, err := userfile.Read(ctx, path, userfile.MiB)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		if list[i].parameters, err = stackparameter.Read(body); err != nil {
			return nil, fmt.Errorf("init %s: %w", path, err)
		}
	}
	for name, path := range parameters {
		return nil, fmt.Errorf("init %s: there is no template of the stack %s beside it: %s.yaml, .yml or .json", path, name, name)
	}
	return list, nil
}
