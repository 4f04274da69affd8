package codedeploy_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
)

//lint:file-ignore SA1019 AWS still answers the deprecated operations and revisions of type String.

// refused checks the code of a call that must fail, and a part of its text.
func refused[In, Out, O any](t *testing.T, call apitest.Operation[In, Out, O], in *In, code, part string) {
	t.Helper()
	_, err := call(t.Context(), in)
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code || !strings.Contains(answer.ErrorMessage(), part) {
		t.Errorf("%T answers\n%v, want\n%s: …%s…", in, err, code, part)
	}
}

func TestApplications(t *testing.T) {
	s := newScene(t)
	id := apitest.OK(t, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("shop"), ComputePlatform: types.ComputePlatformEcs}).ApplicationId
	got := apitest.OK(t, s.GetApplication, &sdk.GetApplicationInput{ApplicationName: aws.String("shop")}).Application
	if *got.ApplicationId != *id || *got.ApplicationName != "shop" || got.ComputePlatform != types.ComputePlatformEcs || !got.CreateTime.Equal(s.Now) || got.LinkedToGitHub {
		t.Errorf("%+v", got)
	}
	s.application("servers", "")
	all := apitest.OK(t, s.BatchGetApplications, &sdk.BatchGetApplicationsInput{ApplicationNames: []string{"servers", "shop"}}).ApplicationsInfo
	if len(all) != 2 || all[0].ComputePlatform != types.ComputePlatformServer {
		t.Errorf("%+v", all)
	}
	refused(t, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("shop")}, "ApplicationAlreadyExistsException", "'shop'")
	refused(t, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("a/b")}, "InvalidApplicationNameException", "'a/b'")
	refused(t, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("")}, "InvalidApplicationNameException", "length")
	refused(t, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("x"), ComputePlatform: "Kubernetes"}, "InvalidComputePlatformException", "enum")
	refused(t, s.BatchGetApplications, &sdk.BatchGetApplicationsInput{ApplicationNames: []string{"shop", "no"}}, "ApplicationDoesNotExistException", "No application found for name: no")
	refused(t, s.BatchGetApplications, &sdk.BatchGetApplicationsInput{ApplicationNames: slices.Repeat([]string{"shop"}, 101)}, "BatchLimitExceededException", "100")
	for range 2 { // the second time there is none
		apitest.OK(t, s.DeleteApplication, &sdk.DeleteApplicationInput{ApplicationName: aws.String("servers")})
	}
	apitest.Refused(t, s.GetApplication, &sdk.GetApplicationInput{ApplicationName: aws.String("servers")}, "ApplicationDoesNotExistException", "No application found for name: servers")
}

func TestApplicationsComeInPages(t *testing.T) {
	s := newScene(t)
	want := []string{}
	for i := range 101 {
		want = append(want, fmt.Sprintf("app-%03d", i))
		s.application(want[i], types.ComputePlatformEcs)
	}
	first := apitest.OK(t, s.ListApplications, &sdk.ListApplicationsInput{})
	second := apitest.OK(t, s.ListApplications, &sdk.ListApplicationsInput{NextToken: first.NextToken})
	if got := append(first.Applications, second.Applications...); !slices.Equal(got, want) || second.NextToken != nil {
		t.Errorf("%q", got)
	}
	refused(t, s.ListApplications, &sdk.ListApplicationsInput{NextToken: aws.String("none")}, "InvalidNextTokenException", "")
}

// What belongs to an application goes along with another name of it, and with the application.
func TestAnApplicationIsRenamedWithItsGroups(t *testing.T) {
	s := newScene(t)
	s.group()
	s.application("other", types.ComputePlatformEcs)
	refused(t, s.UpdateApplication, &sdk.UpdateApplicationInput{ApplicationName: aws.String("shop"), NewApplicationName: aws.String("other")}, "ApplicationAlreadyExistsException", "'other'")
	apitest.OK(t, s.UpdateApplication, &sdk.UpdateApplicationInput{ApplicationName: aws.String("shop"), NewApplicationName: aws.String("store")})
	refused(t, s.GetApplication, &sdk.GetApplicationInput{ApplicationName: aws.String("shop")}, "ApplicationDoesNotExistException", "shop")
	got := apitest.OK(t, s.GetDeploymentGroup, &sdk.GetDeploymentGroupInput{ApplicationName: aws.String("store"), DeploymentGroupName: aws.String("web")}).DeploymentGroupInfo
	if *got.ApplicationName != "store" {
		t.Errorf("%+v", got)
	}
	apitest.OK(t, s.DeleteApplication, &sdk.DeleteApplicationInput{ApplicationName: aws.String("store")})
	s.application("store", types.ComputePlatformEcs)
	if got := apitest.OK(t, s.ListDeploymentGroups, &sdk.ListDeploymentGroupsInput{ApplicationName: aws.String("store")}).DeploymentGroups; len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestTags(t *testing.T) {
	s := newScene(t)
	s.group()
	apitest.OK(t, s.CreateDeploymentConfig, &sdk.CreateDeploymentConfigInput{DeploymentConfigName: aws.String("slow"), ComputePlatform: types.ComputePlatformEcs})
	tag := types.Tag{Key: aws.String("Team"), Value: aws.String("a")}
	for _, arn := range []string{own + "application:shop", own + "deploymentgroup:shop/web", own + "deploymentconfig:slow"} {
		apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{tag, {Key: aws.String("b"), Value: aws.String("")}}})
		apitest.OK(t, s.UntagResource, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"b", "c"}})
		if got := apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: &arn}).Tags; len(got) != 1 || *got[0].Key != "Team" || *got[0].Value != "a" {
			t.Errorf("%s has %v", arn, got)
		}
	}
	for arn, code := range map[string]string{
		own + "application:no": "ApplicationDoesNotExistException", own + "deploymentgroup:shop/no": "DeploymentGroupDoesNotExistException",
		own + "deploymentconfig:no": "DeploymentConfigDoesNotExistException", own + "instance:i": "ArnNotSupportedException", "shop": "InvalidArnException",
		"arn:aws:ecs:us-east-1:123456789012:cluster/c": "InvalidArnException", "arn:aws:codedeploy:eu-west-1:123456789012:application:shop": "ApplicationDoesNotExistException",
	} {
		refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{tag}}, code, "")
	}
	app := aws.String(own + "application:shop")
	refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: app, Tags: []types.Tag{{Key: aws.String("aws:x")}}}, "InvalidTagsToAddException", "reserved")
	many := []types.Tag{}
	for i := range 50 {
		many = append(many, types.Tag{Key: aws.String(fmt.Sprint(i)), Value: aws.String("")})
	}
	refused(t, s.TagResource, &sdk.TagResourceInput{ResourceArn: app, Tags: many}, "InvalidTagsToAddException", "50")
	s.TagsByARN(codedeploy.New(codedeploy.Options{Store: s.Store, Now: s.Clock}).Service(), codedeploy.New(codedeploy.Options{Store: s.Store}), 3)
}

func TestServersAreRefused(t *testing.T) {
	s := newScene(t)
	name := aws.String("i")
	tags := []types.Tag{{Key: aws.String("a")}}
	if got := apitest.OK(t, s.ListOnPremisesInstances, &sdk.ListOnPremisesInstancesInput{}).InstanceNames; len(got) != 0 {
		t.Errorf("%q", got)
	}
	if got := apitest.OK(t, s.BatchGetOnPremisesInstances, &sdk.BatchGetOnPremisesInstancesInput{InstanceNames: []string{"i"}}).InstanceInfos; len(got) != 0 {
		t.Errorf("%v", got)
	}
	refused(t, s.RegisterOnPremisesInstance, &sdk.RegisterOnPremisesInstanceInput{InstanceName: name}, "NotImplementedException", "on-premises")
	refused(t, s.DeregisterOnPremisesInstance, &sdk.DeregisterOnPremisesInstanceInput{InstanceName: name}, "NotImplementedException", "on-premises")
	refused(t, s.GetOnPremisesInstance, &sdk.GetOnPremisesInstanceInput{InstanceName: name}, "InstanceNotRegisteredException", "'i'")
	refused(t, s.AddTagsToOnPremisesInstances, &sdk.AddTagsToOnPremisesInstancesInput{InstanceNames: []string{"i"}, Tags: tags}, "InstanceNotRegisteredException", "'i'")
	refused(t, s.RemoveTagsFromOnPremisesInstances, &sdk.RemoveTagsFromOnPremisesInstancesInput{InstanceNames: []string{}, Tags: tags}, "InstanceNameRequiredException", "")
	refused(t, s.ListGitHubAccountTokenNames, &sdk.ListGitHubAccountTokenNamesInput{}, "OperationNotSupportedException", "GitHub")
	refused(t, s.DeleteGitHubAccountToken, &sdk.DeleteGitHubAccountTokenInput{TokenName: name}, "GitHubAccountTokenDoesNotExistException", "'i'")
	refused(t, s.DeleteGitHubAccountToken, &sdk.DeleteGitHubAccountTokenInput{}, "GitHubAccountTokenNameRequiredException", "")
	refused(t, s.DeleteResourcesByExternalId, &sdk.DeleteResourcesByExternalIdInput{}, "NotImplementedException", "DeleteResourcesByExternalId")
	refused(t, s.ListDeploymentInstances, &sdk.ListDeploymentInstancesInput{DeploymentId: aws.String("d-123456789")}, "DeploymentDoesNotExistException", "d-123456789")
	refused(t, s.SkipWaitTimeForInstanceTermination, &sdk.SkipWaitTimeForInstanceTerminationInput{DeploymentId: aws.String("1")}, "InvalidDeploymentIdException", "1")
}
