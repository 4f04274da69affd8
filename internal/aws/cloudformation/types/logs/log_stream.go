package logs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

func logStream() *handler.Type {
	return &handler.Type{
		Name:   "AWS::Logs::LogStream",
		Naming: handler.Naming{Property: "LogStreamName", Most: 512},
		Find:   findLogStream,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateLogStreamInput{LogStreamName: &t.Name}
			if err := t.Fill(&in); err != nil {
				return err
			}
			if err := t.Call(operation("CreateLogStream"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteLogStreamInput{LogGroupName: aws.String(t.Text("LogGroupName")), LogStreamName: &t.ID}
			return t.Call(operation("DeleteLogStream"), &in, nil)
		},
	}
}

func findLogStream(t *handler.Turn) ([]handler.Found, error) {
	var out sdk.DescribeLogStreamsOutput
	in := sdk.DescribeLogStreamsInput{LogGroupName: aws.String(t.Text("LogGroupName")), LogStreamNamePrefix: &t.Name, Limit: aws.Int32(1)}
	err := t.Call(operation("DescribeLogStreams"), &in, &out)
	// The name itself is the first of those that begin with it.
	if err != nil || len(out.LogStreams) == 0 || aws.ToString(out.LogStreams[0].LogStreamName) != t.Name {
		return nil, err
	}
	return []handler.Found{{ID: t.Name}}, nil
}

func resourcePolicy() *handler.Type {
	put := func(t *handler.Turn) error {
		in := sdk.PutResourcePolicyInput{}
		if err := t.Fill(&in); err != nil {
			return err
		}
		if err := t.Call(operation("PutResourcePolicy"), &in, nil); err != nil {
			return err
		}
		t.ID = t.Name
		return nil
	}
	return &handler.Type{
		Name:   "AWS::Logs::ResourcePolicy",
		Naming: handler.Naming{Property: "PolicyName"},
		Puts:   true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeResourcePoliciesOutput
			if err := t.Call(operation("DescribeResourcePolicies"), &sdk.DescribeResourcePoliciesInput{}, &out); err != nil {
				return nil, err
			}
			for _, p := range out.ResourcePolicies { // ten at most
				if aws.ToString(p.PolicyName) == t.Name {
					return []handler.Found{{ID: t.Name}}, nil
				}
			}
			return nil, nil
		},
		Create: put,
		Update: put,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteResourcePolicy"), &sdk.DeleteResourcePolicyInput{PolicyName: &t.ID}, nil)
		},
	}
}
