package autoscaling_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Source: Service Authorization Reference, Amazon EC2 Auto Scaling.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		web        = "autoScalingGroup:*:autoScalingGroupName/web"
		made       = "autoScalingGroup:0e1d:autoScalingGroupName/made"
		role       = "arn:aws:iam::111122223333:role/hooks"
		pass       = "iam:PassRole " + role + " iam:passedtoservice=autoscaling.amazonaws.com"
		madeLaunch = "launchConfiguration:0e1c:launchConfigurationName/made"
		tagged     = " aws:requesttag/team=red aws:tagkeys=Team"
	)
	s := newScene(t)
	here := arn.Scope{Region: "us-east-1", Account: "111122223333"}
	s.update(func(tx *store.Tx) {
		rows.PutGroup(tx, &rows.Group{Scope: here, Name: "made", ID: "0e1d"})
		rows.LaunchConfigurations.Put(tx, &rows.LaunchConfiguration{Scope: here, Settings: types.LaunchConfiguration{
			LaunchConfigurationName: aws.String("made"), LaunchConfigurationARN: aws.String("arn:aws:autoscaling:us-east-1:111122223333:" + madeLaunch),
		}})
	})
	service := autoscaling.New(autoscaling.Options{Store: s.Store}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("CreateAutoScalingGroup", `{"AutoScalingGroupName":"web","MinSize":0,"MaxSize":2,"LaunchConfigurationName":"old"}`,
			"autoscaling:CreateAutoScalingGroup "+web+" autoscaling:launchconfigurationname=old autoscaling:maxsize=2 autoscaling:minsize=0"),
		apitest.Ask("CreateAutoScalingGroup", `{"AutoScalingGroupName":"web","Tags":[{"Key":"Team","Value":"red"}],
			"VPCZoneIdentifier":"subnet-1, subnet-2","LaunchTemplate":{"LaunchTemplateName":"web","Version":"$Latest"},
			"ServiceLinkedRoleARN":"`+role+`","LifecycleHookSpecificationList":[{"RoleARN":"`+role+`"},{}]}`,
			"autoscaling:CreateAutoScalingGroup "+web+" autoscaling:launchtemplateversionspecified=false autoscaling:vpczoneidentifiers=subnet-1,subnet-2"+tagged,
			"autoscaling:CreateOrUpdateTags "+web+" autoscaling:launchtemplateversionspecified=false autoscaling:vpczoneidentifiers=subnet-1,subnet-2"+tagged,
			pass, pass),
		apitest.Ask("UpdateAutoScalingGroup", `{"AutoScalingGroupName":"web",
			"MixedInstancesPolicy":{"LaunchTemplate":{"LaunchTemplateSpecification":{"LaunchTemplateName":"web","Version":"3"}}}}`,
			"autoscaling:UpdateAutoScalingGroup "+web+" autoscaling:launchtemplateversionspecified=true"),
		apitest.Ask("DeleteAutoScalingGroup", `{"AutoScalingGroupName":"web","ForceDelete":true}`,
			"autoscaling:DeleteAutoScalingGroup "+web+" autoscaling:forcedelete=true"),
		apitest.Ask("CreateLaunchConfiguration", `{"LaunchConfigurationName":"old","ImageId":"ami-1","InstanceType":"t3.micro","SpotPrice":"0.1",
			"MetadataOptions":{"HttpEndpoint":"enabled","HttpTokens":"required","HttpPutResponseHopLimit":2}}`,
			"autoscaling:CreateLaunchConfiguration launchConfiguration:*:launchConfigurationName/old autoscaling:imageid=ami-1"+
				" autoscaling:instancetype=t3.micro autoscaling:metadatahttpendpoint=enabled autoscaling:metadatahttpputresponsehoplimit=2"+
				" autoscaling:metadatahttptokens=required autoscaling:spotprice=0.1"),
		apitest.Ask("DeleteLaunchConfiguration", `{"LaunchConfigurationName":"old"}`,
			"autoscaling:DeleteLaunchConfiguration launchConfiguration:*:launchConfigurationName/old"),
		apitest.Ask("PutLifecycleHook", `{"AutoScalingGroupName":"web"}`, "autoscaling:PutLifecycleHook "+web),
		apitest.Ask("PutLifecycleHook", `{"AutoScalingGroupName":"web","RoleARN":"`+role+`"}`, "autoscaling:PutLifecycleHook "+web, pass),
		apitest.Ask("CreateOrUpdateTags", `{"Tags":[{"ResourceId":"web","Key":"Team","Value":"red"},{"ResourceId":"db","Key":"Cost","Value":"1"}]}`,
			"autoscaling:CreateOrUpdateTags "+web+tagged,
			"autoscaling:CreateOrUpdateTags autoScalingGroup:*:autoScalingGroupName/db aws:requesttag/cost=1 aws:tagkeys=Cost"),
		// What is there has its stored ARN, but what a request makes has none yet.
		apitest.Ask("CreateAutoScalingGroup", `{"AutoScalingGroupName":"made"}`, "autoscaling:CreateAutoScalingGroup autoScalingGroup:*:autoScalingGroupName/made"),
		apitest.Ask("UpdateAutoScalingGroup", `{"AutoScalingGroupName":"made"}`, "autoscaling:UpdateAutoScalingGroup "+made),
		apitest.Ask("DeleteAutoScalingGroup", `{"AutoScalingGroupName":"made"}`, "autoscaling:DeleteAutoScalingGroup "+made),
		apitest.Ask("DeleteLaunchConfiguration", `{"LaunchConfigurationName":"made"}`, "autoscaling:DeleteLaunchConfiguration "+madeLaunch),
		apitest.Ask("PutLifecycleHook", `{"AutoScalingGroupName":"made","RoleARN":"`+role+`"}`, "autoscaling:PutLifecycleHook "+made, pass),
		apitest.Ask("CreateOrUpdateTags", `{"Tags":[{"ResourceId":"made","Key":"Team","Value":"red"}]}`, "autoscaling:CreateOrUpdateTags "+made+tagged),
		apitest.Ask("DeleteTags", `{"Tags":[{"ResourceId":"made","Key":"Team","Value":"red"}]}`, "autoscaling:DeleteTags "+made+tagged),
		apitest.Ask("DeleteTags", `{"Tags":[{"ResourceId":"web","Key":"Team","Value":"red"}]}`, "autoscaling:DeleteTags "+web+tagged),
	}
	for _, operation := range []string{
		"CompleteLifecycleAction", "DeleteLifecycleHook", "DisableMetricsCollection", "EnableMetricsCollection", "RecordLifecycleActionHeartbeat",
		"ResumeProcesses", "SetDesiredCapacity", "SetInstanceProtection", "SuspendProcesses",
	} {
		table = append(table, apitest.Ask(operation, `{"AutoScalingGroupName":"web"}`, "autoscaling:"+operation+" "+web),
			apitest.Ask(operation, `{"AutoScalingGroupName":"made"}`, "autoscaling:"+operation+" "+made))
	}
	apitest.AskedBy(t, service, table)
}

// refusing is a scene in which one action is refused until its name is emptied, and what was asked for it.
func refusing(t *testing.T, action *string) (s *scene, asked *[]awsapi.Access) {
	t.Helper()
	s, asked = newScene(t), new([]awsapi.Access)
	s.Authorize = apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		if w.Action != *action {
			return nil
		}
		*asked = append(*asked, w)
		return &awsapi.Error{Code: "Refused", Message: w.Resource}
	})
	s.Client = sdk.NewFromConfig(s.Serve(autoscaling.New(autoscaling.Options{Store: s.Store, Now: s.Clock}).Service(), &promises))
	return s, asked
}

// The first group of an account makes the linked role in the name of its caller (AC17).
func TestTheFirstGroupAsksForTheLinkedRole(t *testing.T) {
	action := "iam:CreateServiceLinkedRole"
	s, asked := refusing(t, &action)
	const role = "arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
	refused(s, s.CreateAutoScalingGroup, s.input("web", 0, 1), "Refused", role)
	if w := (*asked)[0]; apitest.Text(w.Keys, "iam:awsservicename") != "autoscaling.amazonaws.com" || apitest.Text(w.Keys, "aws:viaawsservice") != "true" {
		t.Errorf("asked for %+v", w)
	}
	if out := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{}); len(out.AutoScalingGroups) != 0 {
		t.Errorf("the refused request has made %v", out.AutoScalingGroups)
	}
	action = ""
	s.group("web", 0, 1)
	action = "iam:CreateServiceLinkedRole"
	s.group("second", 0, 1)
}

// Groups and launch configurations hand the role of the instance profile to instances (AC73).
func TestGroupsPassTheRoleOfTheInstanceProfile(t *testing.T) {
	action := ""
	s, asked := refusing(t, &action)
	s.group("web", 0, 1)
	const role = "arn:aws:iam::000000000000:role/web"
	account := iam.AccountOf(scope)
	s.update(func(tx *store.Tx) {
		iam.Roles.Put(tx, &iam.Role{Account: account, Name: "web", Path: "/"})
		iam.InstanceProfiles.Put(tx, &iam.InstanceProfile{Account: account, Name: "web", Path: "/", Role: "web"})
		ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{Scope: scope, TemplateID: template.ID, Number: 2, Data: &ec2types.ResponseLaunchTemplateData{
			IamInstanceProfile: &ec2types.LaunchTemplateIamInstanceProfileSpecification{Name: aws.String("web")},
		}})
	})
	action = "iam:PassRole"
	refused(s, s.CreateAutoScalingGroup, s.input("db", 0, 1), "Refused", role)
	refused(s, s.UpdateAutoScalingGroup, &sdk.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), MixedInstancesPolicy: &types.MixedInstancesPolicy{LaunchTemplate: &types.LaunchTemplate{
			LaunchTemplateSpecification: &types.LaunchTemplateSpecification{LaunchTemplateId: &template.ID, Version: aws.String("2")},
		}},
	}, "Refused", role)
	for _, profile := range []string{"web", "arn:aws:iam::000000000000:instance-profile/web"} {
		refused(s, s.CreateLaunchConfiguration, &sdk.CreateLaunchConfigurationInput{
			LaunchConfigurationName: aws.String("web"), ImageId: aws.String("ami-1"), InstanceType: aws.String("t3.micro"), IamInstanceProfile: &profile,
		}, "Refused", role)
	}
	for _, w := range *asked {
		if apitest.Text(w.Keys, "iam:passedtoservice") != "ec2.amazonaws.com" {
			t.Errorf("asked for %+v", w)
		}
	}
	// The first version has no profile.
	ok(s, s.UpdateAutoScalingGroup, &sdk.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &template.ID, Version: aws.String("1")},
	})
}

// Operations on an instance ask for its own group.
func TestInstancesAreOfTheirGroup(t *testing.T) {
	action := ""
	s, _ := refusing(t, &action)
	s.group("web", 1, 1)
	s.update(func(tx *store.Tx) {
		rows.Members.Put(tx, &rows.Member{Scope: scope, InstanceID: "i-1", Group: "web"})
	})
	web := rows.FindGroup(s.Store.Read(), scope, "web").ARN()
	for instance, group := range map[string]string{
		"i-1": web, "i-2": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:*:autoScalingGroupName/*",
	} {
		action = "autoscaling:SetInstanceHealth"
		refused(s, s.SetInstanceHealth, &sdk.SetInstanceHealthInput{InstanceId: &instance, HealthStatus: aws.String("Healthy")}, "Refused", group)
		action = "autoscaling:TerminateInstanceInAutoScalingGroup"
		refused(s, s.TerminateInstanceInAutoScalingGroup, &sdk.TerminateInstanceInAutoScalingGroupInput{
			InstanceId: &instance, AutoScalingGroupName: aws.String("mine"), ShouldDecrementDesiredCapacity: aws.Bool(false),
		}, "Refused", group)
	}
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 1)
	in.Tags = []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}
	ok(s, s.CreateAutoScalingGroup, in)
	service := autoscaling.New(autoscaling.Options{Store: s.Store, Now: s.Clock}).Service()
	for id, want := range map[string]int{"arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:*:autoScalingGroupName/web": 1,
		"arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:*:autoScalingGroupName/*": 0, "*": 0} {
		if got := service.Tags(id); len(got) != want || want == 1 && (got[0].Key != "Team" || got[0].Value != "red") {
			t.Errorf("%s has %v", id, got)
		}
	}
}
