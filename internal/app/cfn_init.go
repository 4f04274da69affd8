package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/cfninit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
)

// initialize makes the calls of cfn-init that the user data of an instance makes, and returns the texts of files and commands. It
// asks for the metadata as cfn-init does, which needs no role. Source: CloudFormation user guide, cfn-init. A call that is refused
// changes nothing on the instance, and the log says so.
func (c *EC2) initialize(ctx context.Context, i *ec2.Instance) (texts []string, err error) {
	for _, call := range i.Agent.Init {
		scope := i.Scope
		scope.Region = cmp.Or(call.Region, scope.Region)
		var out cloudformation.DescribeStackResourceOutput
		err := c.Client.Do(ctx, apiclient.Root(scope), apiclient.Of("cloudformation", "DescribeStackResource"),
			&cloudformation.DescribeStackResourceInput{StackName: &call.Stack, LogicalResourceId: &call.Resource}, &out)
		var more []string
		if err == nil {
			more, err = initTexts(out, call.ConfigSets)
		} else if passes(err) {
			return nil, err
		}
		if err != nil {
			c.Log.Warn("cfn-init has failed on an instance", "instance", i.ID, "stack", call.Stack, "resource", call.Resource, "reason", err.Error())
			continue
		}
		texts = append(texts, more...)
	}
	return texts, nil
}

func initTexts(out cloudformation.DescribeStackResourceOutput, configSets string) ([]string, error) {
	if out.StackResourceDetail == nil {
		return nil, errors.New("the answer has no resource")
	}
	metadata, err := document.Read(aws.ToString(out.StackResourceDetail.Metadata))
	if err != nil {
		return nil, err
	}
	return cfninit.Texts(metadata, configSets)
}

// passes reports whether a call may succeed when it is made again.
func passes(err error) bool {
	refusal, is := errors.AsType[*apiclient.Error](err)
	return !is || refusal.Status >= http.StatusInternalServerError || refusal.Status == http.StatusTooManyRequests || strings.Contains(refusal.Code, "Throttl")
}
