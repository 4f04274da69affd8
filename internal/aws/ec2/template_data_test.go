package ec2_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// TestNoMemberOfLaunchTemplateDataIsLost finds members of requests that answers do not
// have, or have as something else.
func TestNoMemberOfLaunchTemplateDataIsLost(t *testing.T) {
	lost := map[string]bool{}
	compare(reflect.TypeFor[types.RequestLaunchTemplateData](), reflect.TypeFor[types.ResponseLaunchTemplateData](), "", lost)
	for path := range lost {
		t.Error(path + " is lost")
	}
	// Those of RunInstances that no template has are the handler's.
	lost = map[string]bool{}
	compare(reflect.TypeFor[sdk.RunInstancesInput](), reflect.TypeFor[types.ResponseLaunchTemplateData](), "", lost)
	for _, handled := range []string{
		".AdditionalInfo", ".ClientToken", ".DryRun", ".ElasticGpuSpecification", ".EnablePrimaryIpv6", ".Ipv6AddressCount", ".Ipv6Addresses",
		".LaunchTemplate", ".MaxCount", ".MinCount", ".PrivateIpAddress", ".RamdiskId", ".SubnetId",
		".BlockDeviceMappings.Ebs.OutpostArn", ".BlockDeviceMappings.Ebs.AvailabilityZone", ".BlockDeviceMappings.Ebs.AvailabilityZoneId", // there are no volumes
	} {
		delete(lost, handled)
	}
	for path := range lost {
		t.Error(path + " of RunInstances is lost")
	}
}

func compare(from, to reflect.Type, path string, lost map[string]bool) {
	for from.Kind() == reflect.Pointer || from.Kind() == reflect.Slice {
		if from.Kind() != to.Kind() {
			lost[path] = true
			return
		}
		from, to = from.Elem(), to.Elem()
	}
	if from.Kind() != reflect.Struct {
		if !from.ConvertibleTo(to) {
			lost[path] = true
		}
		return
	}
	if to.Kind() != reflect.Struct {
		lost[path] = true
		return
	}
	for i := range from.NumField() {
		f := from.Field(i)
		if !f.IsExported() {
			continue
		}
		member, found := to.FieldByName(f.Name)
		if !found {
			lost[path+"."+f.Name] = true
			continue
		}
		compare(f.Type, member.Type, path+"."+f.Name, lost)
	}
}

func TestEmptyStructuresAreLeftOut(t *testing.T) {
	got := ec2.Convert[types.ResponseLaunchTemplateData](&types.RequestLaunchTemplateData{
		Monitoring: &types.LaunchTemplatesMonitoringRequest{}, EbsOptimized: aws.Bool(false),
	})
	if got.Monitoring != nil || got.EbsOptimized == nil {
		t.Errorf("got %+v", got)
	}
	if got := ec2.Convert[types.ResponseLaunchTemplateData](&types.RequestLaunchTemplateData{}); got != nil {
		t.Errorf("got %+v", got)
	}
	if got := ec2.Convert[types.ResponseLaunchTemplateData]((*types.RequestLaunchTemplateData)(nil)); got != nil {
		t.Errorf("got %+v", got)
	}
}
