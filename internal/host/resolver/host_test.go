package resolver_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	ownSubnet   = "subnet-0123456789abcdef0"
	muteSubnet  = "subnet-0123456789abcdef1"
	balancerDNS = "Web-1234567890.us-east-1.elb.amazonaws.com"
)

var dublin = arn.Scope{Region: "eu-west-1", Account: scope.Account}

// given writes what AWS gives names to: tasks and a container instance in the default VPC, in one with the same
// addresses and in one without DNS host names, and a load balancer.
func (b *bench) given() {
	b.Helper()
	b.owners = map[netip.Addr][]string{}
	put := func(address, arn string) {
		at := netip.MustParseAddr(address)
		b.owners[at] = append(b.owners[at], arn)
	}
	b.update(func(tx *store.Tx) {
		for id, names := range map[string]bool{ownVPC: true, "vpc-mute": false} {
			ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: id, CIDR: "10.0.0.0/16", DNSSupport: names, DNSHostnames: true})
		}
		ec2network.PutSubnet(tx, &ec2network.Subnet{Scope: scope, ID: ownSubnet, VPC: ownVPC})
		ec2network.PutSubnet(tx, &ec2network.Subnet{Scope: scope, ID: muteSubnet, VPC: "vpc-mute"})
		for id, t := range map[string]struct {
			scope                 arn.Scope
			subnet, address, name string
		}{
			"one":    {scope, ownSubnet, "10.0.0.5", "ip-10-0-0-5.ec2.internal"},
			"other":  {scope, "subnet-of-the-default-vpc", "10.0.0.5", "ip-10-0-0-5.ec2.internal"},
			"dublin": {dublin, "subnet-of-the-default-vpc", "10.0.0.6", "ip-10-0-0-6.eu-west-1.compute.internal"},
			"mute":   {scope, muteSubnet, "10.0.0.7", "ip-10-0-0-7.ec2.internal"},
			"plain":  {scope, ownSubnet, "10.0.0.8", ""}, // made without DNS host names
		} {
			row := &state.Task{ARN: t.scope.Task("default", id), Spec: &state.TaskSpec{ClusterARN: t.scope.Cluster("default")}, Placement: &state.Placement{SubnetID: t.subnet}}
			row.Status.Attachment.PrivateDNSName = t.name
			state.AddTask(tx, row)
			put(t.address, row.ARN)
		}
		instance := scope.ContainerInstance("default", "i")
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Subnet: ownSubnet}, time.Now())
		put("10.0.0.9", instance)
		web := elbv2.NewLoadBalancerARN(scope, "application", "web")
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: web, Name: "web", DNSName: balancerDNS, Addresses: map[string]string{ownSubnet: "10.0.0.10"}})
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: web + "0", Name: "new", DNSName: "new-0123.elb.us-east-1.amazonaws.com"})
		put("10.0.0.10", web)
		for name, target := range map[string]string{"balanced": balancerDNS, "gone": "ip-10-0-0-99.ec2.internal", "outside": "example.com"} {
			s := servicediscovery.ServiceARN(scope, "srv-"+name)
			ttl := int64(10)
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: s, NamespaceARN: namespace, Name: name, RoutingPolicy: types.RoutingPolicyWeighted, DNSRecords: []types.DnsRecord{{Type: types.RecordTypeCname, TTL: &ttl}}})
			servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: s, ID: "1", Attributes: map[string]string{"AWS_INSTANCE_CNAME": target}})
		}
	})
	synctest.Wait()
}

// says is an answer as a text: what is refused by a server alone is no answer.
func (b *bench) says(name string, of dnsmessage.Type) string {
	a := b.Answer(dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: of, Class: dnsmessage.ClassINET}, func(int) int { return 0 })
	if !a.Ours {
		return "refused"
	}
	said := []string{strings.TrimPrefix(a.RCode.String(), "RCode")}
	for _, r := range a.Answers {
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			said = append(said, netip.AddrFrom4(body.A).String())
		case *dnsmessage.CNAMEResource:
			said = append(said, body.CNAME.String())
		}
	}
	for _, r := range append(a.Answers, a.Authorities...) {
		if want := map[dnsmessage.Type]uint32{dnsmessage.TypeA: 60, dnsmessage.TypeCNAME: 10, dnsmessage.TypeSOA: 15}[r.Header.Type]; r.Header.TTL != want {
			b.Errorf("%s: a record of type %s has a TTL of %d, want %d", name, r.Header.Type, r.Header.TTL, want)
		}
	}
	if a.Elsewhere != "" {
		said = append(said, "elsewhere")
	}
	if len(a.Authorities) > 0 {
		said = append(said, "SOA of "+a.Authorities[0].Header.Name.String())
	}
	return strings.Join(said, " ")
}

func TestTheHostIsToldOfWhatAWSGivesNames(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.given()
		for name, want := range map[string]string{
			"ip-10-0-0-5.ec2.internal.":                             "Success 10.0.0.5", // of two tasks, once
			"IP-10-0-0-5.EC2.Internal.":                             "Success 10.0.0.5",
			"ip-10-0-0-5.us-east-1.compute.internal.":               "NameError SOA of us-east-1.compute.internal.",
			"ip-10-0-0-6.eu-west-1.compute.internal.":               "Success 10.0.0.6",
			"ip-10-0-0-6.ec2.internal.":                             "NameError SOA of ec2.internal.",
			"ip-10-0-0-7.ec2.internal.":                             "NameError SOA of ec2.internal.", // no DNS support
			"ip-10-0-0-8.ec2.internal.":                             "NameError SOA of ec2.internal.",
			"ip-10-0-0-9.ec2.internal.":                             "Success 10.0.0.9",
			"ip-10-0-0-10.ec2.internal.":                            "NameError SOA of ec2.internal.", // load balancers have none
			"ip-10-0-0-99.ec2.internal.":                            "NameError SOA of ec2.internal.",
			"ip-010-0-0-5.ec2.internal.":                            "NameError SOA of ec2.internal.",
			"a.ip-10-0-0-5.ec2.internal.":                           "NameError SOA of ec2.internal.",
			"ec2.internal.":                                         "Success SOA of ec2.internal.",
			balancerDNS + ".":                                       "Success 10.0.0.10",
			"web-1234567890.us-east-1.elb.amazonaws.com.":           "Success 10.0.0.10",
			"dualstack.web-1234567890.us-east-1.elb.amazonaws.com.": "Success 10.0.0.10",
			"web-1.us-east-1.elb.amazonaws.com.":                    "NameError SOA of us-east-1.elb.amazonaws.com.",
			"new-0123.elb.us-east-1.amazonaws.com.":                 "NameError SOA of elb.us-east-1.amazonaws.com.", // it has no address yet
			"balanced.shop.local.":                                  "Success " + balancerDNS + ". 10.0.0.10",
			"gone.shop.local.":                                      "NameError ip-10-0-0-99.ec2.internal. SOA of ec2.internal.",
			"outside.shop.local.":                                   "Success example.com. elsewhere",
			"nothing.shop.local.":                                   "NameError SOA of shop.local.",
			"example.com.":                                          "refused",
			"compute.internal.":                                     "refused",
			"elb.amazonaws.com.":                                    "refused",
			"s3.us-east-1.amazonaws.com.":                           "refused",
			"ip-10-0-0-5.":                                          "refused", // the first label alone
		} {
			if got := b.says(name, dnsmessage.TypeA); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		for _, name := range []string{"ip-10-0-0-5.ec2.internal.", balancerDNS + "."} {
			if got := b.says(name, dnsmessage.TypeAAAA); !strings.HasPrefix(got, "Success SOA of ") {
				t.Errorf("AAAA of %s: %q", name, got)
			}
		}
	})
}

func TestNamesOfTheHostGoWithWhatHasThem(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.given()
		clear(b.owners)
		b.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, elbv2.LoadBalancerByDNSName(tx, balancerDNS)) })
		synctest.Wait()
		for _, name := range []string{"ip-10-0-0-5.ec2.internal.", "ip-10-0-0-9.ec2.internal.", balancerDNS + ".", "balanced.shop.local."} {
			if got := b.says(name, dnsmessage.TypeA); !strings.HasPrefix(got, "NameError ") {
				t.Errorf("%s: %q", name, got)
			}
		}
	})
}
