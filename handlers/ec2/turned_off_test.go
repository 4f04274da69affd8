package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
)

// What is not built may be turned off by name.
func TestWhatIsTurnedOffIsTaken(t *testing.T) {
	s := newServer(t)
	in := run(1)
	in.Ipv6AddressCount, in.EnablePrimaryIpv6 = aws.Int32(0), aws.Bool(false)
	s.run(t, in)
	s.nat(t, &sdk.CreateNatGatewayInput{
		SubnetId: aws.String(s.network(t, "10.0").subnets[0]), AllocationId: s.elasticIP(t).AllocationId, SecondaryPrivateIpAddressCount: aws.Int32(0),
	})
	list := must[*sdk.CreateManagedPrefixListOutput](t)(s.CreateManagedPrefixList(ctx, &sdk.CreateManagedPrefixListInput{
		PrefixListName: aws.String("office"), AddressFamily: aws.String("IPv4"), MaxEntries: aws.Int32(1),
	})).PrefixList
	must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{
		PrefixListId: list.PrefixListId, PrefixListName: aws.String("home"), IpamPrefixListResolverSyncEnabled: aws.Bool(false),
	}))
	in.Ipv6AddressCount = aws.Int32(1)
	_, err := s.RunInstances(ctx, in)
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support IPv6 addresses of RunInstances")
}
