package ssm_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// Plain Amazon Linux has ids of images by themselves, of which DescribeImages knows.
func TestParametersOfAmazonLinux(t *testing.T) {
	c := newScene(t)
	const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
	out, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	known := slices.ContainsFunc(ec2.AmazonLinux("eu-west-1"), func(i *ec2.Image) bool { return i.ID == *out.Parameter.Value && i.Architecture == ec2.ARM })
	if !known || *out.Parameter.ARN != "arn:aws:ssm:eu-west-1::parameter"+name || ec2.FindImage("eu-west-1", *out.Parameter.Value) != nil {
		t.Errorf("got %+v", out.Parameter)
	}
	list, err := c.GetParametersByPath(t.Context(), &sdk.GetParametersByPathInput{Path: aws.String("/aws/service/ami-amazon-linux-latest")})
	if err != nil || len(list.Parameters) < 10 {
		t.Errorf("by path: %d, %v", len(list.Parameters), err)
	}
}

// The parameters of the image that FireLens runs name it in a repository of AWS's.
func TestParametersOfFluentBit(t *testing.T) {
	c := newScene(t)
	for _, tag := range []string{"stable", "latest"} {
		out, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("/aws/service/aws-for-fluent-bit/" + tag)})
		if err != nil || *out.Parameter.Value != "906394416424.dkr.ecr.eu-west-1.amazonaws.com/aws-for-fluent-bit:"+tag {
			t.Errorf("%s: %+v, %v", tag, out, err)
		}
	}
}
