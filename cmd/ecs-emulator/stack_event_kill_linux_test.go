package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// heard is a server that stands for a topic and a queue, and notes what both have got of stacks, once each.
type heard struct {
	mu     sync.Mutex
	notes  map[string]map[string]bool   // ids of events by stacks, of the topic
	events map[string]map[string]string // ids of EventBridge's events with what has become of whom, by stacks, of the queue
	came   chan struct{}
}

var noted = regexp.MustCompile(`(?s)^StackId='([^']+)'.*\nEventId='([^']+)'\n`)

func (h *heard) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if note := noted.FindStringSubmatch(string(body)); note != nil {
		put(h.notes, note[1], note[2], true)
	} else {
		var e struct {
			ID     string
			Detail struct {
				Stack   string `json:"stack-id"`
				Logical string `json:"logical-resource-id"`
				Status  struct {
					Status string
					Reason string `json:"status-reason"`
				} `json:"status-details"`
			}
		}
		if json.Unmarshal(body, &e) == nil {
			put(h.events, e.Detail.Stack, e.ID, e.Detail.Logical+" "+e.Detail.Status.Status+" "+e.Detail.Status.Reason)
		}
	}
	select {
	case h.came <- struct{}{}:
	default:
	}
}

func put[V any](all map[string]map[string]V, stack, id string, value V) {
	if all[stack] == nil {
		all[stack] = map[string]V{}
	}
	all[stack][id] = value
}

// The emulator is killed while it makes stacks and tells a topic and a rule of it, each time after a few of the messages. Each event of
// a stack reaches both, and neither is told of another one.
func TestEventsOfStacksSurviveKills(t *testing.T) {
	t.Parallel()
	kills := 10
	if testing.Short() {
		kills = 2
	}
	server := &heard{notes: map[string]map[string]bool{}, events: map[string]map[string]string{}, came: make(chan struct{}, 1000)}
	listening := httptest.NewServer(server)
	defer listening.Close()
	const topic, queue = "arn:aws:sns:us-east-1:000000000000:stacks", "arn:aws:sqs:us-east-1:000000000000:stacks"
	args := []string{
		"--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "error",
		"--event-target", topic + "=" + listening.URL, "--event-target", queue + "=" + listening.URL,
	}
	p := startServe(t, args...)
	rules := eventbridge.New(eventbridge.Options{
		Region: "us-east-1", BaseEndpoint: p.client.Options().BaseEndpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	_, err := rules.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("stacks"), EventPattern: aws.String(`{"source":["aws.cloudformation"]}`)})
	p.must(err)
	_, err = rules.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("stacks"), Targets: []ebtypes.Target{{Id: aws.String("q"), Arn: aws.String(queue)}}})
	p.must(err)
	for n := range kills {
		for len(server.came) > 0 { // of the stack before
			<-server.came
		}
		made, err := p.stacks().CreateStack(t.Context(), &cloudformation.CreateStackInput{
			StackName: aws.String(fmt.Sprintf("s%d", n)), TemplateBody: groups(20), NotificationARNs: []string{topic},
		})
		p.must(err)
		for range 1 + rand.IntN(60) {
			<-server.came
		}
		p.kill()
		p = startServe(t, args...)
		p.tellsAll(server, *made.StackId)
	}
}

// stacks is a client of CloudFormation.
func (p *process) stacks() *cloudformation.Client {
	return cloudformation.New(cloudformation.Options{
		Region: "us-east-1", BaseEndpoint: p.client.Options().BaseEndpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

// groups is a template of log groups.
func groups(n int) *string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"Group%d":{"Type":"AWS::Logs::LogGroup"}`, i))
	}
	return aws.String(`{"Resources":{` + strings.Join(list, ",") + `}}`)
}

// tellsAll waits until a stack is made and all is sent, and compares what was heard of it with its events.
func (p *process) tellsAll(server *heard, stack string) {
	p.Helper()
	var ids, said []string
	p.eventually("the stack is made", func() bool {
		ids, said = nil, nil
		for pages := cloudformation.NewDescribeStackEventsPaginator(p.stacks(), &cloudformation.DescribeStackEventsInput{StackName: &stack}); pages.HasMorePages(); {
			page, err := pages.NextPage(p.Context())
			p.must(err)
			for _, e := range page.StackEvents {
				logical := *e.LogicalResourceId
				if aws.ToString(e.PhysicalResourceId) == stack {
					logical = ""
				}
				ids, said = append(ids, *e.EventId), append(said, logical+" "+string(e.ResourceStatus)+" "+aws.ToString(e.ResourceStatusReason))
			}
		}
		return said[0] == " CREATE_COMPLETE "
	})
	p.eventually("all is sent", func() bool {
		server.mu.Lock()
		defer server.mu.Unlock()
		return len(server.notes[stack]) >= len(ids) && len(server.events[stack]) >= len(ids)
	})
	p.eventually("nothing is pending", func() bool { return len(p.deliveries().Pending) == 0 })
	server.mu.Lock()
	defer server.mu.Unlock()
	slices.Sort(ids)
	slices.Sort(said)
	if got := slices.Sorted(maps.Keys(server.notes[stack])); !slices.Equal(got, ids) {
		p.Errorf("the topic has got %q of the events %q", got, ids)
	}
	if got := slices.Sorted(maps.Values(server.events[stack])); !slices.Equal(got, said) {
		p.Errorf("the rule has got %q of the events %q", got, said)
	}
}
