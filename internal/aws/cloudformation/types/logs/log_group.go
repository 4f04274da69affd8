package logs

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

func logGroup() *handler.Type {
	return &handler.Type{
		Name:    "AWS::Logs::LogGroup",
		Refused: []string{"BearerTokenAuthenticationEnabled", "DataProtectionPolicy", "FieldIndexPolicies", "ResourcePolicyDocument"},
		Naming:  handler.Naming{Property: "LogGroupName", Most: 512},
		Find:    findLogGroup,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateLogGroupInput{LogGroupName: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, input.Skipped("RetentionInDays"), input.Skipped("Tags")); err != nil {
				return err
			}
			if err := t.Call(operation("CreateLogGroup"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Configure: func(t *handler.Turn) error {
			if t.Properties.Get("RetentionInDays") == nil {
				return nil
			}
			return retain(t)
		},
		Read: func(t *handler.Turn) (bool, error) {
			g, err := describeLogGroup(t, t.ID)
			if g != nil {
				t.Set("Arn", g.Arn)
			}
			return g != nil, err
		},
		Update: updateLogGroup,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteLogGroup"), &sdk.DeleteLogGroupInput{LogGroupName: &t.ID}, nil)
		},
		Tagging: tagging,
	}
}

// retain sets the retention, or has events kept for good.
func retain(t *handler.Turn) error {
	if t.Properties.Get("RetentionInDays") == nil {
		return t.Call(operation("DeleteRetentionPolicy"), &sdk.DeleteRetentionPolicyInput{LogGroupName: &t.ID}, nil)
	}
	in := sdk.PutRetentionPolicyInput{}
	if err := t.Fill(&in, input.Others()); err != nil {
		return err
	}
	in.LogGroupName = &t.ID
	return t.Call(operation("PutRetentionPolicy"), &in, nil)
}

func updateLogGroup(t *handler.Turn) error {
	if t.Changed("LogGroupClass") {
		return handler.Failed(handler.NotUpdatable, "The class of log group %s cannot be changed", t.ID)
	}
	if t.Changed("RetentionInDays") {
		if err := retain(t); err != nil {
			return err
		}
	}
	if t.Changed("DeletionProtectionEnabled") {
		in := sdk.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: &t.ID, DeletionProtectionEnabled: aws.Bool(t.Text("DeletionProtectionEnabled") == "true")}
		if err := t.Call(operation("PutLogGroupDeletionProtection"), &in, nil); err != nil {
			return err
		}
	}
	switch key := t.Text("KmsKeyId"); {
	case !t.Changed("KmsKeyId"):
		return nil
	case key == "":
		return t.Call(operation("DisassociateKmsKey"), &sdk.DisassociateKmsKeyInput{LogGroupName: &t.ID}, nil)
	default:
		return t.Call(operation("AssociateKmsKey"), &sdk.AssociateKmsKeyInput{LogGroupName: &t.ID, KmsKeyId: &key}, nil)
	}
}

// describeLogGroup returns the log group of a name, nil if there is none.
func describeLogGroup(t *handler.Turn, name string) (*types.LogGroup, error) {
	for in := (sdk.DescribeLogGroupsInput{LogGroupNamePrefix: &name}); ; {
		var out sdk.DescribeLogGroupsOutput
		if err := t.Call(operation("DescribeLogGroups"), &in, &out); err != nil {
			return nil, err
		}
		for i := range out.LogGroups {
			if aws.ToString(out.LogGroups[i].LogGroupName) == name {
				return &out.LogGroups[i], nil
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil, nil
		}
	}
}

func findLogGroup(t *handler.Turn) ([]handler.Found, error) {
	g, err := describeLogGroup(t, t.Name)
	if g == nil || err != nil {
		return nil, err
	}
	var out sdk.ListTagsForResourceOutput
	in := sdk.ListTagsForResourceInput{ResourceArn: aws.String(strings.TrimSuffix(aws.ToString(g.Arn), ":*"))}
	if err := t.Call(operation("ListTagsForResource"), &in, &out); err != nil {
		return nil, err
	}
	found := handler.Found{ID: t.Name, Tags: []handler.Tag{}}
	for key, value := range out.Tags {
		found.Tags = append(found.Tags, handler.Tag{Key: key, Value: value})
	}
	return []handler.Found{found}, nil
}
