package ec2_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// What an answer shows can be filtered by.
func TestFiltersByWhatIsShown(t *testing.T) {
	s := newServer(t)
	in := run(1)
	in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: "optional", HttpPutResponseHopLimit: aws.Int32(3)}
	id := *s.run(t, in).Instances[0].InstanceId
	found := func(name, value string) (n int) {
		t.Helper()
		return len(must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{Filters: filter(name, value)})).Reservations)
	}
	if found("state-reason-code", "pending") != 1 {
		t.Error("it is pending")
	}
	s.settle(t)
	for name, want := range map[string]string{
		"metadata-options.http-tokens": "optional", "metadata-options.http-endpoint": "enabled", "metadata-options.http-put-response-hop-limit": "3",
		"metadata-options.instance-metadata-tags": "disabled", "platform-details": "Linux/UNIX", "usage-operation": "RunInstances",
		"current-instance-boot-mode": "uefi", "ena-support": "true", "enclave-options.enabled": "false", "hibernation-options.configured": "false",
		"network-interface.status": "in-use", "network-interface.attachment.instance-id": id,
	} {
		if found(name, want) != 1 || found(name, "other") != 0 {
			t.Errorf("%s is not %s", name, want)
		}
	}
	status := must[*sdk.DescribeInstanceStatusOutput](t)(s.DescribeInstanceStatus(ctx, &sdk.DescribeInstanceStatusInput{Filters: filter("operator.managed", "false")}))
	if len(status.InstanceStatuses) != 1 {
		t.Errorf("got %+v", status)
	}
	images := must[*sdk.DescribeImagesOutput](t)(s.DescribeImages(ctx, &sdk.DescribeImagesInput{Filters: filter("block-device-mapping.volume-size", "30")}))
	if len(images.Images) != len(ec2.Images(scope.Region)) {
		t.Errorf("got %d images", len(images.Images))
	}
	template := *s.template(t, "web", &types.RequestLaunchTemplateData{MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"}}).LaunchTemplateId
	for value, want := range map[string]int{"required": 1, "optional": 0} {
		out := must[*sdk.DescribeLaunchTemplateVersionsOutput](t)(s.DescribeLaunchTemplateVersions(ctx, &sdk.DescribeLaunchTemplateVersionsInput{
			LaunchTemplateId: &template, Filters: filter("http-tokens", value),
		}))
		if len(out.LaunchTemplateVersions) != want {
			t.Errorf("%s: got %d", value, len(out.LaunchTemplateVersions))
		}
	}
}

func TestRefusedReadsOfInstances(t *testing.T) {
	s := newServer(t)
	id := *s.run(t, run(1)).Instances[0].InstanceId
	_, err := s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{Filters: []types.Filter{{Values: []string{"x"}}}})
	refused(t, err, "InvalidParameterValue", "The filter 'null' is invalid")
	_, err = s.DescribeInstanceStatus(ctx, &sdk.DescribeInstanceStatusInput{InstanceIds: []string{id}, MaxResults: aws.Int32(5)})
	refused(t, err, "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	in := run(1)
	in.ImageId = aws.String("resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
	plain := *s.run(t, in).Instances[0].ImageId
	if seen := must[*sdk.DescribeImagesOutput](t)(s.DescribeImages(ctx, &sdk.DescribeImagesInput{ImageIds: []string{plain}})).Images; len(seen) != 1 || !strings.HasPrefix(*seen[0].Name, "al2023-ami-2023.") {
		t.Errorf("plain Amazon Linux: %+v", seen)
	}
	_, err = s.DescribeImages(ctx, &sdk.DescribeImagesInput{ImageIds: []string{"resolve:ssm:x"}})
	refused(t, err, "InvalidAMIID.Malformed", `Invalid id: "resolve:ssm:x" (expecting "ami-...")`)
}
