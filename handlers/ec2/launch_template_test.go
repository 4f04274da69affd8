package ec2_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

func (s *server) template(t *testing.T, name string, data *types.RequestLaunchTemplateData) types.LaunchTemplate {
	t.Helper()
	return *must[*sdk.CreateLaunchTemplateOutput](t)(s.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{
		LaunchTemplateName: &name, LaunchTemplateData: data,
	})).LaunchTemplate
}

func (s *server) version(t *testing.T, id, version string) types.LaunchTemplateVersion {
	t.Helper()
	out := must[*sdk.DescribeLaunchTemplateVersionsOutput](t)(s.DescribeLaunchTemplateVersions(ctx, &sdk.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: &id, Versions: []string{version},
	}))
	return out.LaunchTemplateVersions[0]
}

func TestTheLifeOfALaunchTemplate(t *testing.T) {
	s := newServer(t)
	made := s.template(t, "web", &types.RequestLaunchTemplateData{
		ImageId: &image, InstanceType: "t3.nano", KeyName: aws.String("missing-key"),
		MetadataOptions:     &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required", HttpPutResponseHopLimit: aws.Int32(2)},
		BlockDeviceMappings: []types.LaunchTemplateBlockDeviceMappingRequest{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.LaunchTemplateEbsBlockDeviceRequest{VolumeSize: aws.Int32(8)}}},
		TagSpecifications:   []types.LaunchTemplateTagSpecificationRequest{{ResourceType: "instance", Tags: []types.Tag{{Key: aws.String("original"), Value: aws.String("yes")}}}},
	})
	id := *made.LaunchTemplateId
	if *made.DefaultVersionNumber != 1 || *made.LatestVersionNumber != 1 || *made.CreatedBy != "arn:aws:iam::123456789012:root" || made.Tags != nil {
		t.Errorf("made: %+v", made)
	}
	first := s.version(t, id, "$Default").LaunchTemplateData
	if *first.KeyName != "missing-key" || *first.BlockDeviceMappings[0].Ebs.VolumeSize != 8 || first.MetadataOptions.HttpTokens != "required" || first.Monitoring != nil {
		t.Errorf("version 1: %+v", first)
	}

	// Each member of a version that comes from another one is taken as a whole.
	second := must[*sdk.CreateLaunchTemplateVersionOutput](t)(s.CreateLaunchTemplateVersion(ctx, &sdk.CreateLaunchTemplateVersionInput{
		LaunchTemplateId: &id, SourceVersion: aws.String("1"), VersionDescription: aws.String("second"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpEndpoint: "enabled"}},
	})).LaunchTemplateVersion
	if d := second.LaunchTemplateData; *second.VersionNumber != 2 || *second.DefaultVersion || d.MetadataOptions.HttpTokens != "" || *d.KeyName != "missing-key" {
		t.Errorf("version 2: %+v", second)
	}
	changed := must[*sdk.ModifyLaunchTemplateOutput](t)(s.ModifyLaunchTemplate(ctx, &sdk.ModifyLaunchTemplateInput{LaunchTemplateId: &id, DefaultVersion: aws.String("$Latest")}))
	if *changed.LaunchTemplate.DefaultVersionNumber != 2 || changed.LaunchTemplate.CreateTime.Unix() != 0 {
		t.Errorf("modified: %+v", changed.LaunchTemplate)
	}
	_, err := s.DeleteLaunchTemplateVersions(ctx, &sdk.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: []string{"1", "2"}})
	refused(t, err, "InvalidParameterValue", "The default version cannot be deleted. Either specify another version as default or delete the launch template.")
	deleted := must[*sdk.DeleteLaunchTemplateVersionsOutput](t)(s.DeleteLaunchTemplateVersions(ctx, &sdk.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: []string{"1", "999"}}))
	if len(deleted.SuccessfullyDeletedLaunchTemplateVersions) != 1 || *deleted.UnsuccessfullyDeletedLaunchTemplateVersions[0].ResponseError.Message != "Could not find the specified version 999 for the launch template with ID "+id+"." {
		t.Errorf("deleted: %+v", deleted)
	}
	s.tag(t, id)
	all := must[*sdk.DescribeLaunchTemplatesOutput](t)(s.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{Filters: filter("tag:team", "shop"), LaunchTemplateNames: []string{"web"}}))
	if len(all.LaunchTemplates) != 1 {
		t.Errorf("found: %+v", all.LaunchTemplates)
	}
	must[*sdk.DeleteLaunchTemplateOutput](t)(s.DeleteLaunchTemplate(ctx, &sdk.DeleteLaunchTemplateInput{LaunchTemplateName: aws.String("web")}))
	_, err = s.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{id}})
	refused(t, err, "InvalidLaunchTemplateId.NotFound", "At least one of the launch templates specified in the request does not exist.")
}

func TestRefusedLaunchTemplates(t *testing.T) {
	s := newServer(t)
	nano := &types.RequestLaunchTemplateData{InstanceType: "t3.nano"}
	id := *s.template(t, "web", nano).LaunchTemplateId
	for _, c := range []struct {
		name          string
		data          *types.RequestLaunchTemplateData
		code, message string
	}{
		{"a", nano, "InvalidLaunchTemplateName.MalformedException", "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _."},
		{"web", nano, "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use."},
		{"new", &types.RequestLaunchTemplateData{Monitoring: &types.LaunchTemplatesMonitoringRequest{}}, "MissingParameter", "No launch template data was provided. Launch template data is required to create a launch template."},
		{"new", &types.RequestLaunchTemplateData{UserData: aws.String("not base64")}, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."},
		{"new", &types.RequestLaunchTemplateData{MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpPutResponseHopLimit: aws.Int32(999)}}, "InvalidParameterValue", "A value of ‘999’ is not valid for http-put-response-hop-limit. Specify a value between 1 and 64, and try again."},
	} {
		_, err := s.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{LaunchTemplateName: &c.name, LaunchTemplateData: c.data})
		refused(t, err, c.code, c.message)
	}
	for version, want := range map[string][2]string{
		"x":   {"InvalidParameterValue", "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed."},
		"0":   {"InvalidParameterValue", "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed."},
		"999": {"InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version 999 for the launch template with ID " + id + "."},
	} {
		_, err := s.DescribeLaunchTemplateVersions(ctx, &sdk.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: []string{version}})
		refused(t, err, want[0], want[1])
	}
	_, err := s.ModifyLaunchTemplate(ctx, &sdk.ModifyLaunchTemplateInput{LaunchTemplateId: &id})
	refused(t, err, "MissingParameter", "A launch template version must be specified to set the new default version for the template with ID "+id+".")
	_, err = s.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{"oops"}})
	refused(t, err, "InvalidLaunchTemplateId.Malformed", "The following launch template ids are malformed: oops")
	warned := must[*sdk.CreateLaunchTemplateOutput](t)(s.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("bad-type"), LaunchTemplateData: &types.RequestLaunchTemplateData{InstanceType: "not-real"},
	}))
	if *warned.Warning.Errors[0].Code != "InvalidInstanceType" {
		t.Errorf("got %+v", warned.Warning)
	}
}

// What a request says stands over what its template says; tags count one by one.
func TestInstancesFromALaunchTemplate(t *testing.T) {
	s := newServer(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	id := *s.template(t, "web", &types.RequestLaunchTemplateData{
		ImageId: &image, InstanceType: "t3.nano", UserData: aws.String(base64.StdEncoding.EncodeToString([]byte("echo ECS_CLUSTER=shop"))),
		MetadataOptions:   &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "optional"},
		NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{DeviceIndex: aws.Int32(0), SubnetId: aws.String(madeUpSubnet), Groups: []string{madeUpGroup}}},
		TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{{ResourceType: "instance", Tags: []types.Tag{tag("suite", "a"), tag("original", "template")}}},
	}).LaunchTemplateId
	in := &sdk.RunInstancesInput{
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &id}, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), InstanceType: "t3.large",
		MetadataOptions:   &types.InstanceMetadataOptionsRequest{HttpEndpoint: "disabled"},
		TagSpecifications: []types.TagSpecification{{ResourceType: "instance", Tags: []types.Tag{tag("original", "override")}}},
	}
	i := s.run(t, in).Instances[0]
	tags := map[string]string{}
	for _, tag := range i.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if tags["suite"] != "a" || tags["original"] != "override" || tags["aws:ec2launchtemplate:id"] != id || tags["aws:ec2launchtemplate:version"] != "1" {
		t.Errorf("tags: %v", tags)
	}
	if i.InstanceType != "t3.large" || *i.SubnetId != madeUpSubnet || *i.SecurityGroups[0].GroupId != madeUpGroup || i.MetadataOptions.HttpTokens != "optional" || i.MetadataOptions.HttpEndpoint != "disabled" {
		t.Errorf("got %+v", i)
	}
	if row := ec2.FindInstance(s.store.Read(), scope, *i.InstanceId); row.Agent.Cluster != "shop" {
		t.Errorf("its agent: %+v", row.Agent)
	}
	in.SubnetId, in.ClientToken = aws.String(madeUpSubnet), nil
	_, err := s.RunInstances(ctx, in)
	refused(t, err, "InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request")
}

// Versions to delete may be named twice.
func TestVersionsAreDeletedOnce(t *testing.T) {
	s := newServer(t)
	nano := &types.RequestLaunchTemplateData{InstanceType: "t3.nano"}
	id := *s.template(t, "web", nano).LaunchTemplateId
	for range 2 {
		must[*sdk.CreateLaunchTemplateVersionOutput](t)(s.CreateLaunchTemplateVersion(ctx, &sdk.CreateLaunchTemplateVersionInput{LaunchTemplateId: &id, LaunchTemplateData: nano}))
	}
	out := must[*sdk.DeleteLaunchTemplateVersionsOutput](t)(s.DeleteLaunchTemplateVersions(ctx, &sdk.DeleteLaunchTemplateVersionsInput{
		LaunchTemplateId: &id, Versions: []string{"$Latest", "3", "2", "$Latest"},
	}))
	if len(out.SuccessfullyDeletedLaunchTemplateVersions) != 2 || len(out.UnsuccessfullyDeletedLaunchTemplateVersions) != 0 {
		t.Errorf("got %+v", out)
	}
	if latest := s.version(t, id, "$Latest"); *latest.VersionNumber != 1 {
		t.Errorf("the latest is %d", *latest.VersionNumber)
	}
}

// What a template and a request say each may be fine, and both together not.
func TestALaunchWithTooMuchOfBoth(t *testing.T) {
	s := newServer(t)
	group := func(prefix string) (list []types.Tag) {
		for n := range 30 {
			list = append(list, types.Tag{Key: aws.String(fmt.Sprint(prefix, n)), Value: aws.String("")})
		}
		return list
	}
	s.template(t, "tags", &types.RequestLaunchTemplateData{
		ImageId: &image, TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{{ResourceType: "instance", Tags: group("a")}},
	})
	s.template(t, "interfaces", &types.RequestLaunchTemplateData{
		ImageId: &image, NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{DeviceIndex: aws.Int32(0)}},
	})
	launch := func(template string) *sdk.RunInstancesInput {
		return &sdk.RunInstancesInput{
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: &template}, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), InstanceType: "t3.micro",
		}
	}
	in := launch("tags")
	in.TagSpecifications = []types.TagSpecification{{ResourceType: "instance", Tags: group("b")}}
	_, err := s.RunInstances(ctx, in)
	refused(t, err, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	in = launch("interfaces")
	in.SecurityGroupIds = []string{madeUpGroup}
	_, err = s.RunInstances(ctx, in)
	refused(t, err, "InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request")
	_, err = s.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("explode"), LaunchTemplateData: &types.RequestLaunchTemplateData{InstanceInitiatedShutdownBehavior: "explode"},
	})
	refused(t, err, "InvalidParameterValue", "Value (explode) for parameter instanceInitiatedShutdownBehavior is invalid.")
}
