package codedeploy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
)

//lint:file-ignore SA1019 AWS still answers the deprecated operations and revisions of type String.

const file = `{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"web:2","LoadBalancerInfo":{"ContainerName":"app","ContainerPort":80}}}}]}`

func content(text string) *types.RevisionLocation {
	return &types.RevisionLocation{RevisionType: types.RevisionLocationTypeAppSpecContent, AppSpecContent: &types.AppSpecContent{Content: &text}}
}

func object(bucket, key string, kind types.BundleType) *types.RevisionLocation {
	return &types.RevisionLocation{RevisionType: types.RevisionLocationTypeS3, S3Location: &types.S3Location{Bucket: &bucket, Key: &key, BundleType: kind}}
}

func TestRevisions(t *testing.T) {
	s := newScene(t)
	s.group()
	shop := aws.String("shop")
	register := func(r *types.RevisionLocation) {
		t.Helper()
		apitest.OK(t, s.RegisterApplicationRevision, &sdk.RegisterApplicationRevisionInput{ApplicationName: shop, Revision: r, Description: aws.String("one")})
		s.Now = s.Now.Add(time.Second)
	}
	first := s.Now
	register(content(file))
	register(object("b", "x/appspec.yaml", "yaml")) // clients send it so
	register(object("c", "appspec.json", types.BundleTypeJson))
	register(content(file)) // keeps its time
	register(&types.RevisionLocation{RevisionType: types.RevisionLocationTypeString, String_: &types.RawString{Content: aws.String("{}")}})

	got := apitest.OK(t, s.GetApplicationRevision, &sdk.GetApplicationRevisionInput{ApplicationName: shop, Revision: content(file)})
	if *got.Revision.AppSpecContent.Sha256 != appspec.Sum(file) || !got.RevisionInfo.RegisterTime.Equal(first) || *got.RevisionInfo.Description != "one" || got.RevisionInfo.LastUsedTime != nil {
		t.Errorf("%+v", got.RevisionInfo)
	}
	list := func(in *sdk.ListApplicationRevisionsInput) (kinds []string) {
		t.Helper()
		in.ApplicationName = shop
		for _, r := range apitest.OK(t, s.ListApplicationRevisions, in).Revisions {
			kinds = append(kinds, string(r.RevisionType))
		}
		return kinds
	}
	if got := list(&sdk.ListApplicationRevisionsInput{SortBy: types.ApplicationRevisionSortByRegisterTime, SortOrder: types.SortOrderDescending}); !slices.Equal(got, []string{"String", "S3", "S3", "AppSpecContent"}) {
		t.Errorf("%q", got)
	}
	if got := list(&sdk.ListApplicationRevisionsInput{S3Bucket: aws.String("b"), S3KeyPrefix: aws.String("x/")}); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if got := list(&sdk.ListApplicationRevisionsInput{Deployed: types.ListStateFilterActionInclude}); len(got) != 0 {
		t.Errorf("%q", got)
	}
	batch := apitest.OK(t, s.BatchGetApplicationRevisions, &sdk.BatchGetApplicationRevisionsInput{ApplicationName: shop, Revisions: []types.RevisionLocation{*content(file), *content("no")}})
	if len(batch.Revisions) != 1 || !strings.Contains(*batch.ErrorMessage, "revision 2") {
		t.Errorf("%+v", batch)
	}
	refused(t, s.GetApplicationRevision, &sdk.GetApplicationRevisionInput{ApplicationName: shop, Revision: content("no")}, "RevisionDoesNotExistException", "shop")
	refused(t, s.ListApplicationRevisions, &sdk.ListApplicationRevisionsInput{ApplicationName: shop, S3KeyPrefix: aws.String("x")}, "BucketNameFilterRequiredException", "")
	refused(t, s.ListApplicationRevisions, &sdk.ListApplicationRevisionsInput{ApplicationName: shop, SortBy: "name"}, "InvalidSortByException", "")
}

func TestRevisionsAreChecked(t *testing.T) {
	s := newScene(t)
	s.group()
	wrong := content(file)
	wrong.AppSpecContent.Sha256 = aws.String(appspec.Sum("other"))
	for what, r := range map[string]*types.RevisionLocation{
		"another digest": wrong, "no content": content(""), "no type": {}, "no bucket": object("", "k", types.BundleTypeYaml), "no bundle type": object("b", "k", "rar"),
		"another type": {RevisionType: types.RevisionLocationTypeS3, AppSpecContent: content(file).AppSpecContent}, "no such type": {RevisionType: "Disk"},
		"GitHub": {RevisionType: types.RevisionLocationTypeGitHub, GitHubLocation: &types.GitHubLocation{Repository: aws.String("a/b"), CommitId: aws.String("c")}},
	} {
		_, err := s.CreateDeployment(t.Context(), &sdk.CreateDeploymentInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), Revision: r})
		if err == nil || !strings.Contains(err.Error(), "InvalidRevisionException: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	apitest.Refused(t, s.CreateDeployment, &sdk.CreateDeploymentInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web")},
		"RevisionRequiredException", "RevisionLocation must be specified")
}

// What cannot be read is no error of the request: the deployment will fail with it.
func TestRevisionsInS3(t *testing.T) {
	s := newScene(t, func(o *codedeploy.Options) {
		o.Object = func(_ context.Context, bucket, key, version string) ([]byte, error) {
			if bucket == "b" && key == "appspec.json" && version == "" {
				return []byte(file), nil
			}
			return nil, errors.New("there is no such object")
		}
	})
	s.group()
	for r, want := range map[*types.RevisionLocation]string{
		object("b", "appspec.json", types.BundleTypeJson): "", object("b", "no", types.BundleTypeJson): "there is no such object", object("b", "appspec.json", types.BundleTypeZip): "no archive",
		content("a: *b"): "yaml", content(file): "",
	} {
		id := s.deploy(r)
		d := rows.FindDeployment(s.Store.Read(), id)
		if (d.Spec == nil) == (want == "") || !strings.Contains(d.Invalid, want) || want != "" && !strings.HasPrefix(d.Invalid, "The deployment failed because the AppSpec file") {
			t.Errorf("%+v, %q, want %q", d.Spec, d.Invalid, want)
		}
		s.run(d.ID, func(r *rows.Run) { r.Status = "Failed" })
	}
}
