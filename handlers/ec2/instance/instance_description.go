package instance

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// stateCodes are the numbers of states. Source: EC2 API reference, InstanceState.
var stateCodes = map[types.InstanceStateName]int32{
	types.InstanceStateNamePending: 0, types.InstanceStateNameRunning: 16, types.InstanceStateNameShuttingDown: 32,
	types.InstanceStateNameTerminated: 48, types.InstanceStateNameStopping: 64, types.InstanceStateNameStopped: 80,
}

func instanceState(name types.InstanceStateName) *types.InstanceState {
	return &types.InstanceState{Name: name, Code: aws.Int32(stateCodes[name])}
}

// describeInstance is what EC2 shows of an instance (EC20002). Source: recorded answers.
// Instances have no volumes.
func describeInstance(tx *store.Tx, i *ec2.Instance) types.Instance {
	now := i.State()
	d := types.Instance{
		InstanceId: &i.ID, ImageId: &i.ImageID, InstanceType: types.InstanceType(i.Type), AmiLaunchIndex: &i.LaunchIndex,
		State: instanceState(now), StateTransitionReason: aws.String(transitionReason(i)), StateReason: stateReason(i, now),
		LaunchTime: &i.LaunchAt, UsageOperationUpdateTime: &i.LaunchAt, UsageOperation: aws.String("RunInstances"), PlatformDetails: aws.String("Linux/UNIX"),
		Architecture: types.ArchitectureValues(ec2.X86), Hypervisor: types.HypervisorTypeXen, VirtualizationType: types.VirtualizationTypeHvm,
		RootDeviceName: aws.String("/dev/xvda"), RootDeviceType: types.DeviceTypeEbs, BlockDeviceMappings: []types.InstanceBlockDeviceMapping{},
		EbsOptimized: &i.EBSOptimized, EnaSupport: aws.Bool(true), ClientToken: &i.ClientToken, KeyName: kit.Optional(i.KeyName),
		IamInstanceProfile: i.Profile, PublicDnsName: aws.String(""), PrivateDnsName: aws.String(""), ProductCodes: []types.ProductCode{},
		NetworkInterfaces: []types.InstanceNetworkInterface{}, SecurityGroups: []types.GroupIdentifier{}, Tags: kit.TagsOf(tx, i.Scope, i.ID),
		Placement:  &types.Placement{AvailabilityZone: &i.Zone, AvailabilityZoneId: aws.String(ec2network.ZoneID(i.Zone)), GroupName: aws.String(""), Tenancy: types.TenancyDefault},
		Monitoring: &types.Monitoring{State: monitoring(i)}, MetadataOptions: metadataOptions(i),
		CapacityReservationSpecification: &types.CapacityReservationSpecificationResponse{CapacityReservationPreference: types.CapacityReservationPreferenceOpen},
		HibernationOptions:               &types.HibernationOptions{Configured: aws.Bool(false)},
		EnclaveOptions:                   &types.EnclaveOptions{Enabled: aws.Bool(false)},
		MaintenanceOptions:               &types.InstanceMaintenanceOptions{AutoRecovery: types.InstanceAutoRecoveryStateDefault, RebootMigration: types.InstanceRebootMigrationStateDefault},
		CurrentInstanceBootMode:          bootMode(i), SecondaryInterfaces: []types.InstanceSecondaryInterface{},
		NetworkPerformanceOptions: &types.InstanceNetworkPerformanceOptions{BandwidthWeighting: types.InstanceBandwidthWeightingDefault},
		Operator:                  operatorOf(i),
		PrivateDnsNameOptions: &types.PrivateDnsNameOptionsResponse{
			HostnameType: types.HostnameTypeIpName, EnableResourceNameDnsARecord: aws.Bool(false), EnableResourceNameDnsAAAARecord: aws.Bool(false),
		},
	}
	if i.Spot != nil {
		d.InstanceLifecycle, d.SpotInstanceRequestId = types.InstanceLifecycleTypeSpot, &i.Spot.RequestID
	}
	if t := ec2.FindInstanceType(tx, i.Type); t != nil {
		d.Architecture = types.ArchitectureValues(t.Architecture)
		threads := int32(t.ThreadsPerCore())
		d.CpuOptions = &types.CpuOptions{CoreCount: aws.Int32(max(1, int32(t.VCPUs)/threads)), ThreadsPerCore: &threads}
	}
	if now != types.InstanceStateNameTerminated {
		connect(tx, i, &d)
	}
	return d
}

// bootMode is the boot mode of Linux images of today, which prefer UEFI; machines before Nitro have
// none. Source: recorded answers; EC2 user guide, boot modes.
func bootMode(i *ec2.Instance) types.InstanceBootModeValues {
	if strings.HasPrefix(i.Type, "t2.") || strings.HasPrefix(i.Type, "m1.") {
		return types.InstanceBootModeValuesLegacyBios
	}
	return types.InstanceBootModeValuesUefi
}

// connect shows where an instance is in the network.
func connect(tx *store.Tx, i *ec2.Instance, d *types.Instance) {
	d.SubnetId, d.VpcId, d.SourceDestCheck = &i.Subnet, &i.VPC, aws.Bool(true)
	d.SecurityGroups = append(d.SecurityGroups, kit.GroupsOf(tx, i.Scope, i.SecurityGroups)...)
	if i.PrivateIP == "" {
		return
	}
	d.PrivateIpAddress, d.PrivateDnsName = &i.PrivateIP, aws.String(privateDNSName(i))
	d.NetworkInterfaces = []types.InstanceNetworkInterface{{
		NetworkInterfaceId: kit.InterfaceID(i), Status: types.NetworkInterfaceStatusInUse, InterfaceType: aws.String("interface"),
		Attachment: &types.InstanceNetworkInterfaceAttachment{
			AttachmentId: kit.DerivedID("eni-attach-", i.ID), AttachTime: &i.LaunchAt, DeleteOnTermination: aws.Bool(true), DeviceIndex: aws.Int32(0),
			NetworkCardIndex: aws.Int32(0), Status: types.AttachmentStatusAttached,
		},
		Description: aws.String(""), Groups: d.SecurityGroups, Ipv6Addresses: []types.InstanceIpv6Address{}, MacAddress: aws.String(macAddress(i)),
		OwnerId: &i.Scope.Account, PrivateIpAddress: d.PrivateIpAddress, PrivateDnsName: d.PrivateDnsName, SourceDestCheck: aws.Bool(true),
		PrivateIpAddresses: []types.InstancePrivateIpAddress{{Primary: aws.Bool(true), PrivateIpAddress: d.PrivateIpAddress, PrivateDnsName: d.PrivateDnsName}},
		SubnetId:           &i.Subnet, VpcId: &i.VPC,
	}}
	showPublicIP(tx, i, d)
}

// macAddress follows from the address, as that of a container does.
func macAddress(i *ec2.Instance) string {
	address, err := netip.ParseAddr(i.PrivateIP)
	if err != nil || !address.Is4() {
		return ""
	}
	b := address.As4()
	return fmt.Sprintf("0a:ec:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// privateDNSName is by the address. An instance has it with all attributes that its VPC may have.
// Source: VPC user guide, DNS attributes.
func privateDNSName(i *ec2.Instance) string {
	return "ip-" + strings.ReplaceAll(i.PrivateIP, ".", "-") + "." + ec2network.HostDomain(i.Scope)
}

func monitoring(i *ec2.Instance) types.MonitoringState {
	if i.Monitoring {
		return types.MonitoringStateEnabled
	}
	return types.MonitoringStateDisabled
}

// metadataOptions are those asked for, or EC2's. Source: recorded answers.
func metadataOptions(i *ec2.Instance) *types.InstanceMetadataOptionsResponse {
	o := &types.InstanceMetadataOptionsResponse{
		State: types.InstanceMetadataOptionsStateApplied, HttpTokens: types.HttpTokensStateRequired, HttpPutResponseHopLimit: aws.Int32(2),
		HttpEndpoint: types.InstanceMetadataEndpointStateEnabled, HttpProtocolIpv6: types.InstanceMetadataProtocolStateDisabled,
		InstanceMetadataTags: types.InstanceMetadataTagsStateDisabled,
	}
	if i.State() == types.InstanceStateNamePending {
		o.State = types.InstanceMetadataOptionsStatePending
	}
	if m := i.Metadata; m != nil {
		o.HttpTokens = cmp.Or(m.HttpTokens, o.HttpTokens)
		o.HttpEndpoint = cmp.Or(m.HttpEndpoint, o.HttpEndpoint)
		o.HttpProtocolIpv6 = cmp.Or(m.HttpProtocolIpv6, o.HttpProtocolIpv6)
		o.InstanceMetadataTags = cmp.Or(m.InstanceMetadataTags, o.InstanceMetadataTags)
		if m.HttpPutResponseHopLimit != nil {
			o.HttpPutResponseHopLimit = m.HttpPutResponseHopLimit
		}
	}
	return o
}

// transitionReason says when it was stopped or terminated. Source: field reports.
func transitionReason(i *ec2.Instance) string {
	if i.Reason.Transition == "" {
		return ""
	}
	return i.Reason.Transition + " (" + i.WantedAt.UTC().Format("2006-01-02 15:04:05") + " GMT)"
}

func stateReason(i *ec2.Instance, now types.InstanceStateName) *types.StateReason {
	switch {
	case now == types.InstanceStateNamePending:
		return &types.StateReason{Code: aws.String("pending"), Message: aws.String("pending")}
	case i.Reason.Code == "":
		return nil
	}
	return &types.StateReason{Code: &i.Reason.Code, Message: &i.Reason.Message}
}
