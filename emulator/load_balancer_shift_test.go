package emulator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// side is a target group with the one target that it may have.
type side struct{ name, group, address string }

// newSide makes a group beside the first one, and a task for it that answers with the name.
func (b *balanced) newSide(name string) side {
	b.Helper()
	made, err := b.elb.CreateTargetGroup(b.Context(), &elb.CreateTargetGroupInput{
		Name: &name, TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: b.loadBalancer.VpcId,
	})
	b.must(err)
	task := b.runTask(b.world.register(name, dockertest.Image(b.T), "serve", "8080", name))
	s := side{name, *made.TargetGroups[0].TargetGroupArn, addressOf(b.untilRunning(task))}
	b.eventually(name+" answers", func() bool { return answer("http://"+s.address+":8080/") == name })
	return s
}

// lead has all requests go to one of two sides, and deregisters the target of the other. An
// attribute is changed first, so that both calls come while the load balancer is looked at, and the
// next look finds them together.
func (b *balanced) lead(to, from side, round int) {
	b.Helper()
	ctx := b.Context()
	_, err := b.elb.RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: &to.group, Targets: targets(to.address)})
	b.must(err)
	_, err = b.elb.ModifyTargetGroupAttributes(ctx, &elb.ModifyTargetGroupAttributesInput{TargetGroupArn: &to.group, Attributes: []elbtypes.TargetGroupAttribute{
		{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String(strconv.Itoa(30 + round%2))},
	}})
	b.must(err)
	_, err = b.elb.ModifyListener(ctx, &elb.ModifyListenerInput{
		ListenerArn: &b.shown().Listeners[0].ARN,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: []elbtypes.TargetGroupTuple{
			{TargetGroupArn: &to.group, Weight: aws.Int32(100)}, {TargetGroupArn: &from.group, Weight: aws.Int32(0)},
		}}}},
	})
	b.must(err)
	_, err = b.elb.DeregisterTargets(ctx, &elb.DeregisterTargetsInput{TargetGroupArn: &from.group, Targets: targets(from.address)})
	b.must(err)
}

// load asks over connections that are kept until it is stopped, and counts.
type load struct {
	asked, failed, closed atomic.Int64
	stop                  func()
}

// watchedConn counts if the load balancer closes it. The client may close connections too: it
// drops one whose answer came much before it knew that its request was written.
type watchedConn struct {
	net.Conn
	load *load
}

func (c watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		c.load.closed.Add(1)
	}
	return n, err
}

func (b *balanced) load(clients int) *load {
	l, over, working := &load{}, make(chan struct{}), sync.WaitGroup{}
	url := "http://" + b.local()[0] + "/"
	for range clients {
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return watchedConn{conn, l}, err
		}}
		client := &http.Client{Transport: transport}
		working.Go(func() {
			defer transport.CloseIdleConnections()
			for {
				select {
				case <-over:
					return
				default:
				}
				l.asked.Add(1)
				if !answersPOST(client, url) {
					l.failed.Add(1)
				}
			}
		})
	}
	l.stop = sync.OnceFunc(func() { close(over); working.Wait() })
	b.Cleanup(l.stop)
	return l
}

// answersPOST asks with a method that the transport does not try again by itself.
func answersPOST(client *http.Client, url string) bool {
	answer, err := client.Post(url, "text/plain", http.NoBody)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode == http.StatusOK && !answer.Close
}

// Weights go to the other group and the targets of the first are deregistered at once, over and
// over: clients notice nothing of that.
func TestDockerShiftsOfWeightsLoseNoRequest(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(port))
	on, off := b.newSide("green"), b.newSide("blue")
	leads := func(round int) {
		t.Helper()
		b.lead(on, off, round)
		b.eventually(on.name+" answers", func() bool { return answer("http://"+b.local()[0]+"/") == on.name })
	}
	leads(0)
	const shifts = 200
	l := b.load(2)
	for round := range shifts {
		on, off = off, on
		leads(round)
	}
	l.stop()
	if failed := l.failed.Load(); failed > 0 {
		t.Errorf("of %d requests during %d shifts %d failed", l.asked.Load(), shifts, failed)
	}
	if closed := l.closed.Load(); closed > 0 {
		t.Errorf("the load balancer has closed %d connections of clients", closed)
	}
}
