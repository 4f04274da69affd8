package ssm_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

const linux2 = "/aws/service/ecs/optimized-ami/amazon-linux-2"

func TestTheRecommendedImage(t *testing.T) {
	c := newScene(t)
	out, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String(linux2 + "/recommended")})
	if err != nil {
		t.Fatal(err)
	}
	var value struct {
		ImageID string `json:"image_id"`
		OS      string
	}
	if err := json.Unmarshal([]byte(*out.Parameter.Value), &value); err != nil {
		t.Fatal(err)
	}
	image := ec2.FindImage("eu-west-1", value.ImageID)
	if image == nil || value.OS != "Amazon Linux 2" || image.Architecture != "x86_64" || *out.Parameter.ARN != "arn:aws:ssm:eu-west-1::parameter"+linux2+"/recommended" {
		t.Errorf("got %s", *out.Parameter.Value)
	}
	id, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String(linux2 + "/recommended/image_id")})
	if err != nil || *id.Parameter.Value != value.ImageID || id.Parameter.Type != types.ParameterTypeString {
		t.Errorf("got %+v, %v", id, err)
	}
	_, err = c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("/shop/password")})
	var lost *types.ParameterNotFound
	if !errors.As(err, &lost) || lost.Message != nil {
		t.Errorf("got %v", err)
	}
}

// Templates of clusters still name the first Amazon Linux.
func TestTheFirstAmazonLinux(t *testing.T) {
	c := newScene(t)
	for name, optimized := range map[string]bool{
		"/aws/service/ecs/optimized-ami/amazon-linux/recommended/image_id": true,
		"/aws/service/ami-amazon-linux-latest/amzn-ami-hvm-x86_64-gp2":     false,
	} {
		out, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: &name})
		if err != nil {
			t.Error(err)
			continue
		}
		image := ec2.ImageByParameter("eu-west-1", name)
		if image == nil || image.ID != *out.Parameter.Value || image.OS != "Amazon Linux" || (ec2.FindImage("eu-west-1", image.ID) != nil) != optimized {
			t.Errorf("%s is %s, an image %+v", name, *out.Parameter.Value, image)
		}
	}
}

// A name may end in a version, of which there is one.
func TestVersionsOfAParameter(t *testing.T) {
	c := newScene(t)
	get := func(selector string) (*sdk.GetParameterOutput, error) {
		return c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String(linux2 + "/recommended/image_id" + selector)})
	}
	first, err := get(":01")
	if err != nil || *first.Parameter.Selector != ":01" || *first.Parameter.Name != linux2+"/recommended/image_id" {
		t.Fatalf("got %+v, %v", first, err)
	}
	for selector, why := range map[string]string{
		":99":   "Systems Manager could not find version 99 of " + linux2 + "/recommended/image_id. Verify the version and try again.",
		":prod": "Systems Manager could not find a version of " + linux2 + "/recommended/image_id that has the specified label, prod. Verify the parameter label and try again.",
	} {
		_, err := get(selector)
		var lost *types.ParameterVersionNotFound
		if !errors.As(err, &lost) || *lost.Message != why {
			t.Errorf("%s: got %v", selector, err)
		}
	}
}

func TestMalformedSelectors(t *testing.T) {
	c := newScene(t)
	for _, selector := range []string{":", ":1:2", ":prod:"} {
		_, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String(linux2 + "/recommended/image_id" + selector)})
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "ValidationException" ||
			api.ErrorMessage() != "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>" {
			t.Errorf("%s: got %v", selector, err)
		}
	}
}

// Parameters are answered in order of their names, each once.
func TestSeveralParameters(t *testing.T) {
	names := []string{
		linux2 + "/gpu/recommended/image_id", linux2 + "/arm64/recommended/image_id", linux2 + "/recommended/image_id", linux2 + "/recommended/image_id",
		"/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id",
		"/aws/service/bottlerocket/aws-ecs-2/x86_64/latest", "/nothing",
	}
	out, err := newScene(t).GetParameters(t.Context(), &sdk.GetParametersInput{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range out.Parameters {
		if ec2.FindImage("eu-west-1", *p.Value) == nil || i > 0 && *p.Name <= *out.Parameters[i-1].Name {
			t.Errorf("%s: %s", *p.Name, *p.Value)
		}
	}
	if len(out.Parameters) != 5 || !reflect.DeepEqual(out.InvalidParameters, []string{"/aws/service/bottlerocket/aws-ecs-2/x86_64/latest", "/nothing"}) {
		t.Errorf("got %d, and not %v", len(out.Parameters), out.InvalidParameters)
	}
}

// An ARN without an account names a public parameter, and never one of the caller's own.
func TestAnARNWithoutAnAccountIsPublic(t *testing.T) {
	s := newScene(t)
	hierarchy(s)
	arn := aws.String("arn:aws:ssm:eu-west-1::parameter/shop/string")
	var refusal *types.ParameterNotFound
	_, read := s.GetParameter(t.Context(), &sdk.GetParameterInput{Name: arn})
	_, labelled := s.LabelParameterVersion(t.Context(), &sdk.LabelParameterVersionInput{Name: arn, Labels: []string{"prod"}})
	_, deleted := s.DeleteParameter(t.Context(), &sdk.DeleteParameterInput{Name: arn})
	for what, err := range map[string]error{"read": read, "labelled": labelled, "deleted": deleted} {
		if !errors.As(err, &refusal) {
			t.Errorf("it is %s: %v", what, err)
		}
	}
}
