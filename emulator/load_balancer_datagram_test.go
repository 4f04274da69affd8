package emulator_test

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// withNetworkLoadBalancer makes one in the default security group, whose members tasks let in,
// with a listener of a protocol at a port.
func (w *world) withNetworkLoadBalancer(protocol elbtypes.ProtocolEnum, port int32) *balanced {
	w.Helper()
	b := &balanced{world: w, elb: elb.NewFromConfig(w.srv.Config()), port: port}
	network := ec2.NewFromConfig(w.srv.Config())
	found, err := network.DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{})
	w.must(err)
	groups, err := network.DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{})
	w.must(err)
	made, err := b.elb.CreateLoadBalancer(w.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("net"), Type: elbtypes.LoadBalancerTypeEnumNetwork, Subnets: []string{*found.Subnets[0].SubnetId},
		SecurityGroups: []string{*groups.SecurityGroups[0].GroupId},
	})
	w.must(err)
	b.loadBalancer = made.LoadBalancers[0]
	group, err := b.elb.CreateTargetGroup(w.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("net"), TargetType: elbtypes.TargetTypeEnumIp, Protocol: protocol, Port: aws.Int32(5353), VpcId: b.loadBalancer.VpcId,
	})
	w.must(err)
	b.group = *group.TargetGroups[0].TargetGroupArn
	_, err = b.elb.CreateListener(w.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: b.loadBalancer.LoadBalancerArn, Port: &port, Protocol: protocol,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &b.group}},
	})
	w.must(err)
	b.eventually("the load balancer is active, and its listener ready", func() bool {
		out, err := b.elb.DescribeLoadBalancers(w.Context(), &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{*b.loadBalancer.LoadBalancerArn}})
		w.must(err)
		return out.LoadBalancers[0].State.Code == elbtypes.LoadBalancerStateEnumActive && len(b.local()) > 0
	})
	return b
}

// datagramTo is the answer to a datagram, which may get lost; empty is none.
func (w *world) datagramTo(address string) string {
	w.Helper()
	conn, err := net.Dial("udp4", address)
	w.must(err)
	defer conn.Close()
	_, err = conn.Write([]byte("ping"))
	w.must(err)
	w.must(conn.SetReadDeadline(time.Now().Add(time.Second)))
	answer := make([]byte, 100)
	n, err := conn.Read(answer)
	if err != nil {
		return ""
	}
	return string(answer[:n])
}

// Targets of UDP see the client, not the load balancer.
// Source: user guide of network load balancers, client IP preservation.
func TestANetworkLoadBalancerPassesDatagramsOn(t *testing.T) {
	t.Parallel()
	for _, protocol := range []elbtypes.ProtocolEnum{elbtypes.ProtocolEnumUdp, elbtypes.ProtocolEnumTcpUdp} {
		t.Run(string(protocol), func(t *testing.T) {
			w := start(t, emulator.Options{Engine: "sim"})
			port, err := strconv.Atoi(freePort(t))
			w.must(err)
			b := w.withNetworkLoadBalancer(protocol, int32(port))
			w.srv.Engine().(*sim.Engine).Script("echo", sim.Script{Serve: []sim.Server{
				{Port: 5353, UDP: true, Datagram: func(from netip.AddrPort, datagram []byte) []byte {
					return []byte(string(datagram) + " from " + from.Addr().String())
				}},
				{Port: 5353, Body: "a page"},
			}})
			address := addressOf(b.untilRunning(b.runTask(b.world.register("echo", "echo"))))
			_, err = b.elb.RegisterTargets(t.Context(), &elb.RegisterTargetsInput{TargetGroupArn: &b.group, Targets: []elbtypes.TargetDescription{{Id: &address}}})
			w.must(err)

			at := "127.0.0.1:" + strconv.Itoa(port)
			want := map[elbtypes.ProtocolEnum]string{elbtypes.ProtocolEnumUdp: at, elbtypes.ProtocolEnumTcpUdp: at + "/tcp " + at + "/udp"}[protocol]
			if got := strings.Join(b.local(), " "); got != want {
				t.Errorf("it is reached at %s, want %s", got, want)
			}
			seen := ""
			b.eventually("a datagram is answered", func() bool {
				seen = w.datagramTo(at)
				return seen != ""
			})
			if own := b.shown().Address; !strings.HasPrefix(seen, "ping from ") || strings.HasSuffix(seen, " "+own) {
				t.Errorf("the answer is %q; the load balancer is at %s", seen, own)
			}
			if protocol == elbtypes.ProtocolEnumTcpUdp {
				b.eventually("the same port takes connections", func() bool { return answer("http://"+at+"/") == "a page" })
			}
		})
	}
}
