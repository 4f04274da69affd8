package emulator_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// bucket is an upstream that keeps objects of S3, and echoes messages of SQS.
type bucket struct {
	*httptest.Server
	mu      sync.Mutex
	sums    map[string][]byte // of objects put, by path
	largest int               // bytes that a request's header named
	asked   []string          // targets of AWS JSON
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	b := &bucket{sums: map[string][]byte{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		b.mu.Lock()
		b.asked = append(b.asked, target)
		b.mu.Unlock()
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		fmt.Fprint(w, `{"MessageId":"one","Parameter":{"Value":"of the upstream"}}`)
		return
	}
	sum := sha256.New()
	switch r.Method {
	case http.MethodPut:
		if _, err := io.Copy(sum, r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.sums[r.URL.Path] = sum.Sum(nil)
		b.largest = max(b.largest, int(r.ContentLength))
	case http.MethodGet:
		fmt.Fprintf(w, "%s by %s", r.URL.Path, r.Host)
	}
}

// counting is a body of n bytes that cannot be read twice.
type counting struct {
	n   int
	sum hash.Hash
}

func (c *counting) Read(p []byte) (int, error) {
	if c.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), c.n)]
	for i := range p {
		p[i] = byte(c.n - i)
	}
	c.n -= len(p)
	c.sum.Write(p)
	return len(p), nil
}

func TestUpstreamForUnmodifiedClients(t *testing.T) {
	t.Parallel()
	behind := newBucket(t)
	srv := emulator.Start(t, emulator.Options{Upstream: behind.URL})
	ctx := t.Context()
	objects := s3.NewFromConfig(srv.Config(), func(o *s3.Options) { o.UsePathStyle = true })

	const length = 50 << 20
	body := &counting{length, sha256.New()}
	if _, err := objects.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("large"), Body: body, ContentLength: aws.Int64(length)},
		s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware),
		func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired }); err != nil {
		t.Fatalf("put 50 MB: %v", err)
	}
	if !bytes.Equal(behind.sums["/b/large"], body.sum.Sum(nil)) || behind.largest != length {
		t.Errorf("the upstream has another object, of %d bytes", behind.largest)
	}
	if _, err := objects.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("small"), Body: strings.NewReader("x")}); err != nil {
		t.Errorf("put with the SDK's checksum: %v", err)
	}

	where := strings.TrimPrefix(srv.URL(), "http://")
	got, err := objects.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("a b/ü+%")})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(got.Body); string(text) != "/b/a b/ü+% by "+where {
		t.Errorf("GetObject: %s", text)
	}
	link, err := s3.NewPresignClient(objects).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{link.URL, srv.URL() + "/b/k"} {
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(answer.Body); string(text) != "/b/k by "+where {
			t.Errorf("%s: %s", address, text)
		}
		answer.Body.Close()
	}
	sent, err := sqs.NewFromConfig(srv.Config()).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(srv.URL() + "/0/q"), MessageBody: aws.String("m")})
	if err != nil || aws.ToString(sent.MessageId) != "one" {
		t.Errorf("SendMessage: %v %v", sent, err)
	}
	if _, err := ecs.NewFromConfig(srv.Config()).ListTasks(ctx, nil); err != nil {
		t.Errorf("ECS is here: %v", err)
	}
}

// Without an upstream, and with one that is away, clients read why.
func TestClientsReadWhyNothingAnswers(t *testing.T) {
	t.Parallel()
	away := newBucket(t)
	away.Close()
	for _, c := range []struct {
		name, upstream, code, text string
	}{
		{"no upstream", "", "NotImplementedException", "ecs-emulator does not implement %s: it has ECS, "},
		{"away", away.URL, "UpstreamUnavailableException", "ecs-emulator does not have %s, and its upstream " + away.URL + " does not answer: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := emulator.Start(t, emulator.Options{Upstream: c.upstream})
			settings := srv.Config()
			settings.RetryMaxAttempts = 1
			_, noObject := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true }).
				GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
			_, noMessage := sqs.NewFromConfig(settings).SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(srv.URL()), MessageBody: aws.String("m")})
			for what, err := range map[string]error{"s3": noObject, "AmazonSQS.SendMessage": noMessage} {
				var refusal smithy.APIError
				if !errors.As(err, &refusal) || refusal.ErrorCode() != c.code || !strings.Contains(strings.Replace(refusal.ErrorMessage(), "s3 (GET /b/k)", "s3", 1), fmt.Sprintf(c.text, what)) {
					t.Errorf("got %v", err)
				}
				if c.upstream == "" && !strings.Contains(fmt.Sprint(err), "--upstream") {
					t.Errorf("it does not name the flag: %v", err)
				}
			}
		})
	}
}

func TestUpstreamForWhatIsHere(t *testing.T) {
	t.Parallel()
	behind := newBucket(t)
	srv := emulator.Start(t, emulator.Options{Upstream: behind.URL, UpstreamFor: []string{"ssm"}})
	out, err := ssm.NewFromConfig(srv.Config()).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/p")})
	if err != nil || aws.ToString(out.Parameter.Value) != "of the upstream" || len(behind.asked) != 1 || behind.asked[0] != "AmazonSSM.GetParameter" {
		t.Errorf("got %+v %v, and the upstream was asked for %q", out, err, behind.asked)
	}
}

func TestUpstreamsThatCannotBe(t *testing.T) {
	t.Parallel()
	const moto = "http://127.0.0.1:5000"
	for _, c := range []struct {
		options emulator.Options
		why     string
	}{
		{emulator.Options{Upstream: "https://sqs.us-east-1.amazonaws.com"}, "is AWS: requests are signed for the host name"},
		{emulator.Options{Upstream: "moto"}, "is no URL"},
		{emulator.Options{Upstream: moto, UpstreamFor: []string{"ecs"}}, "ecs cannot be left to the upstream"},
		{emulator.Options{Upstream: moto, UpstreamFor: []string{"ssm", "ec2"}}, `"ec2" cannot be left to the upstream: only logs, secretsmanager, ssm can`},
		{emulator.Options{UpstreamFor: []string{"ssm"}}, "ssm cannot be left to the upstream without its URL: set --upstream"},
	} {
		if srv, err := emulator.New(c.options); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%+v: got %v, want %q", c.options, err, c.why)
			if err == nil {
				srv.Close()
			}
		}
	}
}

// An emulator that listens at the first address is not its own upstream by the second.
func TestAnEmulatorIsNotItsOwnUpstream(t *testing.T) {
	t.Parallel()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	cases := [][2]string{
		{"127.0.0.1:%s", "http://localhost:%s"}, {"127.0.0.1:%s", "http://LocalHost.:%s"}, {"127.0.0.1:%s", "http://ecs.localhost:%s"},
		{"127.0.0.1:%s", "http://127.0.0.1:%s"}, {"127.0.0.1:%s", "http://0.0.0.0:%s"}, {"0.0.0.0:%s", "http://127.0.0.1:%s"}, {"0.0.0.0:%s", "http://127.9.9.9:%s"},
	}
	for _, a := range addresses {
		if of, isNet := a.(*net.IPNet); isNet && of.IP.To4() != nil {
			cases = append(cases, [2]string{"0.0.0.0:%s", "http://" + of.IP.String() + ":%s"})
		}
	}
	for _, c := range cases {
		port := freePort(t)
		o := emulator.Options{Listen: fmt.Sprintf(c[0], port), Upstream: fmt.Sprintf(c[1], port)}
		if srv, err := emulator.New(o); err == nil || !strings.Contains(err.Error(), "is the emulator itself") {
			t.Errorf("%+v: %v", c, err)
			if err == nil {
				srv.Close()
			}
		}
	}
	for _, c := range [][2]string{{"127.0.0.1:%s", "http://127.9.9.9:%s"}, {"127.0.0.1:%s", "http://moto:%s"}, {"127.0.0.1:%s", "http://127.0.0.1"}} {
		port := freePort(t)
		emulator.Start(t, emulator.Options{Listen: fmt.Sprintf(c[0], port), Upstream: strings.Replace(c[1], "%s", port, 1)})
	}
}

// Neither do two that are each other's, nor one that has another name for itself.
func TestUpstreamsThatLeadRound(t *testing.T) {
	t.Parallel()
	ports := []string{freePort(t), freePort(t)}
	one := emulator.Start(t, emulator.Options{Listen: "127.0.0.1:" + ports[0], Upstream: "http://127.0.0.1:" + ports[1], UpstreamFor: []string{"ssm"}})
	emulator.Start(t, emulator.Options{Listen: "127.0.0.1:" + ports[1], Upstream: "http://127.0.0.1:" + ports[0]})
	var itself *emulator.Server
	name := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { itself.Handler().ServeHTTP(w, r) }))
	defer name.Close()
	itself = emulator.Start(t, emulator.Options{Upstream: name.URL})
	for _, srv := range []*emulator.Server{one, itself} {
		var refusal smithy.APIError
		_, err := sqs.NewFromConfig(srv.Config()).SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(srv.URL()), MessageBody: aws.String("m")})
		if !errors.As(err, &refusal) || refusal.ErrorCode() != "UpstreamLoopException" || !strings.Contains(refusal.ErrorMessage(), "--upstream") || strings.Contains(err.Error(), "attempts") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := ssm.NewFromConfig(one.Config()).PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("p"), Value: aws.String("v"), Type: "String"}); err != nil {
		t.Errorf("what the other one has: %v", err)
	}
}

// An emulator that has ended has no connections left.
func TestConnectionsToTheUpstreamEnd(t *testing.T) {
	t.Parallel()
	var open sync.WaitGroup
	behind := httptest.NewUnstartedServer(http.NotFoundHandler())
	behind.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	behind.Start()
	defer behind.Close()
	srv, err := emulator.New(emulator.Options{Upstream: behind.URL})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(srv.URL() + "/bucket/key")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		t.Error("a connection stays")
	}
}

// A task's SDK finds all other services as well.
func TestTasksGetAtTheUpstream(t *testing.T) {
	t.Parallel()
	engine := newRelaying(t)
	w := start(t, emulator.Options{Backend: engine, InjectEndpoint: true, Upstream: newBucket(t).URL, UpstreamFor: []string{"ssm"}})
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	variables := strings.Join(engine.endpoints(), " ") + " "
	for _, want := range []string{"AWS_ENDPOINT_URL=http://ecs-emulator:4577 ", "AWS_ENDPOINT_URL_ECS=http://ecs-emulator:4577 "} {
		if !strings.Contains(variables, want) {
			t.Errorf("a container has not %s: %s", want, variables)
		}
	}
}
