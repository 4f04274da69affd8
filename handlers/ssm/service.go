// Package ssm answers AWS Systems Manager's parameters that tell the ids of the
// ECS-optimized images, which scripts and Terraform ask for before they launch instances.
// There are no other parameters.
package ssm

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Service is the Systems Manager API.
func Service() awsapi.Service {
	const public = "the public parameters of the ECS-optimized images of Linux and Bottlerocket"
	return awsapi.Service{
		Name: "ssm", ID: ssm.ServiceID, Title: "AWS Systems Manager",
		Protocol: awsapi.JSON{TargetPrefix: "AmazonSSM", Codec: wire.AsIs},
		Operations: []awsapi.Operation{
			awsapi.Partial("GetParameter", public, getParameter),
			awsapi.Partial("GetParameters", public, getParameters),
		},
	}
}

// Texts are those of the framework, and where there is none that of recorded answers.
// One that is not there is an error without words (SSM0001).
func getParameter(ctx context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	if aws.ToString(in.Name) == "" {
		return nil, invalid("Value null at 'name' failed to satisfy constraint: Member must not be null")
	}
	if malformed(ctx, *in.Name) { // Source: recorded answers; the blanks are AWS's
		return nil, &awsapi.Error{
			Code: "ValidationException", Message: "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>",
		}
	}
	p := find(ctx, *in.Name)
	if p == nil {
		return nil, missing(ctx, *in.Name)
	}
	return &ssm.GetParameterOutput{Parameter: p}, nil
}

// missing is why there is no parameter of a name: perhaps only no such version, or no such
// label. Source: recorded answers.
func missing(ctx context.Context, name string) error {
	at := strings.LastIndex(name, ":")
	if at < 0 || find(ctx, name[:at]) == nil {
		return &types.ParameterNotFound{}
	}
	text := "Systems Manager could not find a version of " + name[:at] + " that has the specified label, " + name[at+1:] + ". Verify the parameter label and try again."
	if _, err := strconv.ParseUint(name[at+1:], 10, 63); err == nil {
		text = "Systems Manager could not find version " + name[at+1:] + " of " + name[:at] + ". Verify the version and try again."
	}
	return &types.ParameterVersionNotFound{Message: &text}
}

// maxNames is how many parameters a request may ask for. Source: SSM API reference.
const maxNames = 10

// getParameters answers by name, each once, and those that there are not.
// Source: recorded answers.
func getParameters(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if len(in.Names) == 0 {
		return nil, invalid("Value null at 'names' failed to satisfy constraint: Member must not be null")
	}
	if len(in.Names) > maxNames {
		return nil, invalid("Value '[" + strings.Join(in.Names, ", ") + "]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10")
	}
	names := slices.Compact(slices.Sorted(slices.Values(in.Names)))
	out := &ssm.GetParametersOutput{Parameters: []types.Parameter{}, InvalidParameters: []string{}}
	for _, name := range names {
		if p := find(ctx, name); p != nil {
			out.Parameters = append(out.Parameters, *p)
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	return out, nil
}

func invalid(what string) error {
	return &awsapi.Error{Code: "ValidationException", Message: "1 validation error detected: " + what}
}
