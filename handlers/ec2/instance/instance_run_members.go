package instance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// notDone is what a launch asks for and does not get. What is not listed acts, or is kept
// without effect: block devices, as there are no volumes; key, monitoring, credits, CPU
// and metadata options; tags of other resources.
func notDone(member string) error {
	return kit.Refuse("UnsupportedOperation", "ecs-emulator does not support %s of RunInstances", member)
}

// refuseRun refuses members that launch templates do not have.
func refuseRun(in *sdk.RunInstancesInput) error {
	switch {
	case in.PrivateIpAddress != nil:
		return notDone("PrivateIpAddress")
	case aws.ToInt32(in.Ipv6AddressCount) > 0 || len(in.Ipv6Addresses) > 0 || aws.ToBool(in.EnablePrimaryIpv6):
		return notDone("IPv6 addresses")
	case len(in.SecondaryInterfaces) > 0:
		return notDone("SecondaryInterfaces")
	//lint:ignore SA1019 a request for one is refused
	case len(in.ElasticGpuSpecification) > 0:
		return notDone("ElasticGpuSpecification")
	case in.RamdiskId != nil:
		return notDone("RamdiskId")
	case in.AdditionalInfo != nil:
		return notDone("AdditionalInfo")
	}
	return nil
}

// refuseData refuses members that launch templates have as well: a template may have them,
// and nothing is launched from it.
func refuseData(data *types.ResponseLaunchTemplateData) error {
	switch {
	case data.InstanceRequirements != nil:
		return notDone("InstanceRequirements")
	case data.HibernationOptions != nil && aws.ToBool(data.HibernationOptions.Configured):
		return notDone("HibernationOptions")
	case data.EnclaveOptions != nil && aws.ToBool(data.EnclaveOptions.Enabled):
		return notDone("EnclaveOptions")
	case len(data.ElasticGpuSpecifications) > 0 || len(data.ElasticInferenceAccelerators) > 0:
		return notDone("accelerators")
	case len(data.LicenseSpecifications) > 0:
		return notDone("LicenseSpecifications")
	case data.KernelId != nil || data.RamDiskId != nil:
		return notDone("KernelId and RamdiskId")
	case len(data.NetworkInterfaces) > 1:
		return notDone("more than one network interface")
	}
	for _, n := range data.NetworkInterfaces {
		if n.NetworkInterfaceId != nil || n.PrivateIpAddress != nil || len(n.PrivateIpAddresses) > 0 {
			return notDone("network interfaces and addresses of one's own")
		}
		if aws.ToInt32(n.Ipv6AddressCount) > 0 || len(n.Ipv6Addresses) > 0 || aws.ToBool(n.PrimaryIpv6) {
			return notDone("IPv6 addresses")
		}
		if aws.ToInt32(n.SecondaryPrivateIpAddressCount)+aws.ToInt32(n.Ipv4PrefixCount)+aws.ToInt32(n.Ipv6PrefixCount) > 0 ||
			len(n.Ipv4Prefixes) > 0 || len(n.Ipv6Prefixes) > 0 {
			return notDone("secondary addresses and prefixes")
		}
		if kind := aws.ToString(n.InterfaceType); kind != "" && kind != "interface" {
			return notDone("interfaces of the type " + kind)
		}
	}
	if p := data.Placement; p != nil {
		switch {
		case p.Tenancy != "" && p.Tenancy != types.TenancyDefault:
			return notDone("Placement.Tenancy")
		case aws.ToString(p.GroupName) != "" || p.GroupId != nil || p.HostId != nil || p.HostResourceGroupArn != nil || p.PartitionNumber != nil:
			return notDone("placement groups and hosts")
		}
	}
	return nil
}
