package instance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// instanceAssociation is that of an instance's network interface with a public address; nil,
// if it has none. Its name is by the address.
func instanceAssociation(tx *store.Tx, i *ec2.Instance) *types.NetworkInterfaceAssociation {
	a := i.ElasticIP(tx)
	if a == nil && i.Reached != types.InstanceStateNameRunning { // an answer of a launch has none, however fast that was
		return nil
	}
	if a == nil {
		return amazonAssociation(tx, i.Scope, i.VPC, ec2network.FindPublicAddress(tx, i.Key()))
	}
	return &types.NetworkInterfaceAssociation{
		AllocationId: &a.ID, AssociationId: &a.Association, IpOwnerId: &a.Scope.Account, PublicIp: &a.PublicIP,
		PublicDnsName: aws.String(publicDNSName(tx, i.Scope, i.VPC, a.PublicIP)),
	}
}

// showPublicIP shows it with an instance that has a network interface.
func showPublicIP(tx *store.Tx, i *ec2.Instance, d *types.Instance) {
	a := instanceAssociation(tx, i)
	if a == nil {
		return
	}
	d.PublicIpAddress, d.PublicDnsName = a.PublicIp, a.PublicDnsName
	shown := &types.InstanceNetworkInterfaceAssociation{IpOwnerId: a.IpOwnerId, PublicIp: a.PublicIp, PublicDnsName: a.PublicDnsName}
	card := &d.NetworkInterfaces[0]
	card.Association, card.PrivateIpAddresses[0].Association = shown, shown
}
