package cloudwatchlogs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
)

func TestAccess(t *testing.T) { apitest.Access(t, cloudwatchlogs.New(nil, nil).Service()) }

func TestWhatRequestsAsk(t *testing.T) {
	config, asked := apitest.NewScene(t, scope).Refuse(cloudwatchlogs.New(nil, nil).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const prefix = "arn:aws:logs:eu-west-1:123456789012:log-group:"
	web, byARN := aws.String("/ecs/web"), aws.String(prefix+"/ecs/web")
	tags := map[string]string{"Team": "a"}
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.DescribeLogGroups, &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: web}), "logs:DescribeLogGroups " + prefix + ":log-stream:"},
		{apitest.For(asked, c.PutRetentionPolicy, &sdk.PutRetentionPolicyInput{LogGroupName: web, RetentionInDays: aws.Int32(1)}),
			"logs:PutRetentionPolicy " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.CreateLogGroup, &sdk.CreateLogGroupInput{LogGroupName: web, Tags: tags}),
			"logs:CreateLogGroup " + prefix + "/ecs/web:log-stream:, aws:requesttag/team=a, aws:tagkeys=Team\n" +
				"logs:TagResource " + prefix + "/ecs/web, aws:requesttag/team=a, aws:tagkeys=Team"},
		{apitest.For(asked, c.TagResource, &sdk.TagResourceInput{ResourceArn: byARN, Tags: tags}),
			"logs:TagResource " + prefix + "/ecs/web, aws:requesttag/team=a, aws:tagkeys=Team"},
		//lint:ignore SA1019 clients still call the older operation
		{apitest.For(asked, c.UntagLogGroup, &sdk.UntagLogGroupInput{LogGroupName: web, Tags: []string{"Team"}}),
			"logs:UntagLogGroup " + prefix + "/ecs/web:log-stream:, aws:tagkeys=Team"},
		{apitest.For(asked, c.CreateLogStream, &sdk.CreateLogStreamInput{LogGroupName: web, LogStreamName: aws.String("s/1")}),
			"logs:CreateLogStream " + prefix + "/ecs/web:log-stream:s/1"},
		{apitest.For(asked, c.PutLogGroupDeletionProtection, &sdk.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: byARN, DeletionProtectionEnabled: aws.Bool(true)}),
			"logs:PutLogGroupDeletionProtection " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.PutLogGroupDeletionProtection, &sdk.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: web, DeletionProtectionEnabled: aws.Bool(true)}),
			"logs:PutLogGroupDeletionProtection " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.AssociateKmsKey, &sdk.AssociateKmsKeyInput{ResourceIdentifier: aws.String(prefix + "/ecs/web:*"), KmsKeyId: aws.String("k")}),
			"logs:AssociateKmsKey " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.DescribeLogStreams, &sdk.DescribeLogStreamsInput{}), "logs:DescribeLogStreams *"},
		{apitest.For(asked, c.GetLogEvents, &sdk.GetLogEventsInput{LogGroupName: web, LogStreamName: aws.String("s/1")}),
			"logs:GetLogEvents " + prefix + "/ecs/web:log-stream:s/1"},
		{apitest.For(asked, c.GetLogEvents, &sdk.GetLogEventsInput{LogGroupIdentifier: byARN, LogStreamName: aws.String("s/1"), Unmask: true}),
			"logs:GetLogEvents " + prefix + "/ecs/web:log-stream:s/1\nlogs:Unmask " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.FilterLogEvents, &sdk.FilterLogEventsInput{LogGroupName: web}), "logs:FilterLogEvents " + prefix + "/ecs/web:log-stream:"},
		{apitest.For(asked, c.FilterLogEvents, &sdk.FilterLogEventsInput{}), "logs:FilterLogEvents *"},
		{apitest.For(asked, c.DescribeMetricFilters, &sdk.DescribeMetricFiltersInput{}), "logs:DescribeMetricFilters " + prefix + "*:log-stream:"},
		{apitest.For(asked, c.PutResourcePolicy, &sdk.PutResourcePolicyInput{}), "logs:PutResourcePolicy *"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	//lint:ignore SA1019 clients still call the older operation
	_, err := s.TagLogGroup(t.Context(), &sdk.TagLogGroupInput{LogGroupName: aws.String(group), Tags: map[string]string{"Team": "a"}})
	s.must(err)
	tagsOf := cloudwatchlogs.New(s.store, nil).Service().Tags
	prefix := "arn:aws:logs:eu-west-1:123456789012:log-group:"
	for arn, want := range map[string]int{
		prefix + group: 1, prefix + group + ":log-stream:": 1, prefix + group + ":log-stream:" + stream: 0, prefix + "other": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
