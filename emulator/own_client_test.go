package emulator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
)

// The emulator's own client calls services in each of their protocols, by what they say of themselves.
func TestTheEmulatorsOwnClient(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t)
	scope := arn.Scope{Account: "000000000000", Region: "eu-west-1"}
	ctx := apiclient.WithSystemTags(t.Context())
	call := func(service, operation string, in, out any) error {
		return srv.OwnClient().Do(ctx, apiclient.Root(scope), apiclient.Of(service, operation), in, out)
	}
	tags := []types.TagSpecification{{ResourceType: "vpc", Tags: []types.Tag{{Key: aws.String("aws:cloudformation:stack-name"), Value: aws.String("shop")}}}}
	var vpc ec2.CreateVpcOutput
	var group scheduler.CreateScheduleGroupOutput
	var profile iam.CreateInstanceProfileOutput
	var parameter ssm.PutParameterOutput
	for _, each := range []struct {
		service, operation string
		in, out            any
	}{
		{"ec2", "CreateVpc", &ec2.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16"), TagSpecifications: tags}, &vpc},
		{"iam", "CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("web")}, &profile},
		{"scheduler", "CreateScheduleGroup", &scheduler.CreateScheduleGroupInput{Name: aws.String("nightly")}, &group},
		{"ssm", "PutParameter", &ssm.PutParameterInput{Name: aws.String("p"), Value: aws.String("v"), Type: "String"}, &parameter},
		{"monitoring", "DescribeAlarms", &cloudwatch.DescribeAlarmsInput{}, &cloudwatch.DescribeAlarmsOutput{}},
	} {
		if err := call(each.service, each.operation, each.in, each.out); err != nil {
			t.Errorf("%s %s: %v", each.service, each.operation, err)
		}
	}
	if t.Failed() {
		return
	}
	if !strings.HasPrefix(*vpc.Vpc.VpcId, "vpc-") || len(vpc.Vpc.Tags) != 1 || *profile.InstanceProfile.InstanceProfileName != "web" ||
		!strings.HasSuffix(*group.ScheduleGroupArn, ":schedule-group/nightly") || parameter.Version != 1 {
		t.Errorf("got %+v, %+v, %s, %d", vpc.Vpc, profile.InstanceProfile, *group.ScheduleGroupArn, parameter.Version)
	}
	var refused *apiclient.Error
	if err := call("scheduler", "GetScheduleGroup", &scheduler.GetScheduleGroupInput{Name: aws.String("daily")}, nil); !errors.As(err, &refused) ||
		refused.Code != "ResourceNotFoundException" || refused.Status != 404 {
		t.Errorf("got %v", err)
	}
}
