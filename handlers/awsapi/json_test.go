package awsapi_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

const target = "AmazonEC2ContainerServiceV20141113"

func TestMain(m *testing.M) {
	os.Unsetenv("AWS_CA_BUNDLE") // of no use for plain HTTP, and a missing file breaks the SDK
	os.Exit(m.Run())
}

// service starts an ECS endpoint with the given operations and returns its URL.
func service(t *testing.T, o awsapi.Options, operations ...awsapi.Operation) string {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return serve(t, ecsOf(operations...).Handler(o))
}

func ecsOf(operations ...awsapi.Operation) awsapi.Service {
	return awsapi.Service{Name: "ecs", Protocol: awsapi.JSON{TargetPrefix: target}, Operations: operations, Complete: true}
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// client is the unmodified SDK client, without retries so that a refusal is seen once.
func client(url, region, accessKeyID string) *ecs.Client {
	return ecs.New(ecs.Options{
		Region:       region,
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKeyID, "secret", ""),
		Retryer:      aws.NopRetryer{},
	})
}

func post(t *testing.T, url, operation, body string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if operation != "" {
		r.Header.Set("X-Amz-Target", operation)
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) (status int, answer string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func stopTask(answer error) awsapi.Operation {
	return awsapi.Works("StopTask", "", func(context.Context, *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
		return nil, answer
	})
}

func TestInputOutputAndCallReachTheOperation(t *testing.T) {
	var call awsapi.Call
	url := service(t, awsapi.Options{}, awsapi.Works("StopTask", "",
		func(ctx context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
			call = awsapi.FromContext(ctx)
			return &ecs.StopTaskOutput{Task: &types.Task{
				TaskArn:       in.Task,
				StoppedReason: in.Reason,
				StoppedAt:     aws.Time(time.UnixMilli(1526920787490)),
			}}, nil
		}))
	out, err := client(url, "eu-west-1", "123456789012").StopTask(t.Context(), &ecs.StopTaskInput{
		Task:   aws.String("t"),
		Reason: aws.String(`"<&>" – ☃`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Task.TaskArn != "t" || *out.Task.StoppedReason != `"<&>" – ☃` || out.Task.StoppedAt.UnixMilli() != 1526920787490 {
		t.Errorf("answer %+v", out.Task)
	}
	if call.RequestID == "" || call.RequestBytes < len(`{"reason":"","task":"t"}`) {
		t.Errorf("call %+v", call)
	}
	if "http://"+call.Host != url {
		t.Errorf("host %s of %s", call.Host, url)
	}
	call.Host, call.RequestID, call.RequestBytes = "", "", 0
	want := awsapi.Call{Service: "ecs", Operation: "StopTask", Region: "eu-west-1", Account: "123456789012", AccessKeyID: "123456789012"}
	if !reflect.DeepEqual(call, want) {
		t.Errorf("call %+v, want %+v", call, want)
	}
	if got := call.Principal(); got != "arn:aws:iam::123456789012:root" {
		t.Errorf("principal %s", got)
	}
}

func TestOutputMayWriteItself(t *testing.T) {
	url := service(t, awsapi.Options{}, awsapi.Works("ListClusters", "",
		func(context.Context, *ecs.ListClustersInput) (wire.Raw, error) {
			return wire.Raw(`{"clusterArns":["a","b"]}`), nil
		}))
	out, err := client(url, "us-east-1", "test").ListClusters(t.Context(), nil)
	if err != nil || len(out.ClusterArns) != 2 {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestExceptionsArriveTyped(t *testing.T) {
	ctx := t.Context()
	t.Run("client fault", func(t *testing.T) {
		url := service(t, awsapi.Options{}, stopTask(fmt.Errorf("look up cluster: %w",
			&types.ClusterNotFoundException{Message: aws.String("Cluster not found.")})))
		_, err := client(url, "us-east-1", "test").StopTask(ctx, &ecs.StopTaskInput{Task: aws.String("t")})
		var want *types.ClusterNotFoundException
		if !errors.As(err, &want) || want.ErrorMessage() != "Cluster not found." {
			t.Errorf("got %v", err)
		}
	})
	t.Run("with members of its own", func(t *testing.T) {
		url := service(t, awsapi.Options{}, stopTask(&types.ConflictException{
			Message: aws.String("taken"), ResourceIds: []string{"arn:1", "arn:2"}}))
		status, body := post(t, url, target+".StopTask", `{}`)
		if want := `{"__type":"ConflictException","message":"taken","resourceIds":["arn:1","arn:2"]}`; status != 400 || body != want {
			t.Errorf("got %d %s", status, body)
		}
	})
	t.Run("server fault", func(t *testing.T) {
		url := service(t, awsapi.Options{}, stopTask(&types.ServerException{Message: aws.String("Service Unavailable.")}))
		_, err := client(url, "us-east-1", "test").StopTask(ctx, &ecs.StopTaskInput{Task: aws.String("t")})
		var want *types.ServerException
		if !errors.As(err, &want) || want.ErrorMessage() != "Service Unavailable." {
			t.Errorf("got %v", err)
		}
	})
	t.Run("unknown to the SDK", func(t *testing.T) {
		url := service(t, awsapi.Options{}, stopTask(&smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}))
		if status, body := post(t, url, target+".StopTask", `{}`); status != 400 || body != `{"__type":"ThrottlingException","message":"Rate exceeded"}` {
			t.Errorf("got %d %s", status, body)
		}
	})
}

func TestFaultsAreLoggedInFullAndHiddenFromTheClient(t *testing.T) {
	for name, operation := range map[string]awsapi.Operation{
		"error": stopTask(errors.New("disk on fire")),
		"panic": awsapi.Works("StopTask", "", func(context.Context, *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
			panic("disk on fire")
		}),
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			url := service(t, awsapi.Options{
				Logger:    slog.New(slog.NewTextHandler(&log, nil)),
				RequestID: func() string { return "id-1" },
			}, operation)
			status, body := post(t, url, target+".StopTask", `{}`)
			if status != 500 || !strings.Contains(body, `"__type":"ServerException"`) || !strings.Contains(body, "id-1") {
				t.Errorf("got %d %s", status, body)
			}
			if strings.Contains(body, "fire") {
				t.Errorf("the cause leaks: %s", body)
			}
			if strings.Count(log.String(), "disk on fire") != 1 || !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "requestId=id-1") {
				t.Errorf("log: %s", &log)
			}
		})
	}
}

func TestMessageInCapitals(t *testing.T) {
	url := service(t, awsapi.Options{}, stopTask(&awsapi.Error{Code: "AccessDeniedException", Message: "no", Capital: true}))
	if status, body := post(t, url, target+".StopTask", `{"task":"t"}`); status != 400 || body != `{"__type":"AccessDeniedException","Message":"no"}` {
		t.Errorf("got %d %s", status, body)
	}
}

func TestProtocolErrors(t *testing.T) {
	url := service(t, awsapi.Options{MaxBody: 100}, stopTask(nil), awsapi.NotBuilt("DescribeGateway", "gateways"))
	for _, test := range []struct {
		name, operation, body string
		status                int
		want                  string
	}{
		{"fine", target + ".StopTask", `{"task":"t"}`, 200, `{}`},
		{"empty body", target + ".StopTask", ``, 200, `{}`},
		{"unknown operation", target + ".StopTusk", `{}`, 400, `{"__type":"UnknownOperationException"}`},
		{"other service", "Logs_20140328.StopTask", `{}`, 400, `{"__type":"UnknownOperationException"}`},
		{"no target", "", `{}`, 400, `{"__type":"UnknownOperationException"}`},
		{"not built", target + ".DescribeGateway", `{}`, 501,
			`{"__type":"NotImplementedException","message":"ecs-emulator does not implement DescribeGateway yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."}`},
		{"not JSON", target + ".StopTask", `{"task":`, 400,
			`{"__type":"SerializationException","message":"malformed JSON at byte 8: want a value"}`},
		{"wrong type", target + ".StopTask", `{"task":1}`, 400,
			`{"__type":"SerializationException","Message":"NUMBER_VALUE can not be converted to a String"}`},
		{"too large", target + ".StopTask", `{"task":"` + strings.Repeat("t", 100) + `"}`, 413,
			`{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 100 bytes."}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if status, body := post(t, url, test.operation, test.body); status != test.status || body != test.want {
				t.Errorf("got  %d %s\nwant %d %s", status, body, test.status, test.want)
			}
		})
	}
	t.Run("too large without a length", func(t *testing.T) {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url, io.MultiReader(strings.NewReader(strings.Repeat(" ", 200))))
		r.Header.Set("X-Amz-Target", target+".StopTask")
		if status, body := do(t, r); status != 413 {
			t.Errorf("got %d %s", status, body)
		}
	})
	t.Run("GET", func(t *testing.T) {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if status, body := do(t, r); status != 405 || !strings.Contains(body, "POST") {
			t.Errorf("got %d %s", status, body)
		}
	})
}

func TestViolationsAreRefusedInTheServicesWords(t *testing.T) {
	var log strings.Builder
	s := ecsOf(stopTask(nil))
	s.Protocol = awsapi.JSON{
		TargetPrefix: target, Codec: wire.LowerCamel.WithRules(taskRequired{}),
		Refuse: func(operation string, v *wire.Violation) error {
			return &types.InvalidParameterException{Message: aws.String(operation + " needs " + v.Path)}
		},
	}
	url := serve(t, s.Handler(awsapi.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}))
	if status, body := post(t, url, target+".StopTask", `{}`); status != 400 || body != `{"__type":"InvalidParameterException","message":"StopTask needs task"}` {
		t.Errorf("got %d %s", status, body)
	}
	if !strings.Contains(log.String(), `reason="InvalidParameterException: StopTask needs task (task is missing)"`) {
		t.Errorf("log: %s", &log)
	}
}

func TestJSON10(t *testing.T) {
	s := ecsOf(stopTask(nil))
	s.Protocol = awsapi.JSON{TargetPrefix: target, Version: "1.0"}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("X-Amz-Target", target+".StopTask")
	w := httptest.NewRecorder()
	s.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "application/x-amz-json-1.0" {
		t.Errorf("got %d %s", w.Code, got)
	}
}

// TestHeadersOnTheWire looks at the bytes, since net/http hides a header's casing.
func TestHeadersOnTheWire(t *testing.T) {
	url := service(t, awsapi.Options{RequestID: func() string { return "id-1" }}, stopTask(nil))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: ecs\r\nX-Amz-Target: %s.StopTask\r\nContent-Length: 2\r\n\r\n{}", target)
	lines := map[string]bool{}
	for scanner := bufio.NewScanner(conn); scanner.Scan() && scanner.Text() != ""; {
		lines[scanner.Text()] = true
	}
	for _, want := range []string{"HTTP/1.1 200 OK", "x-amzn-RequestId: id-1", "Content-Type: application/x-amz-json-1.1", "Content-Length: 2"} {
		if !lines[want] {
			t.Errorf("no line %q in %v", want, lines)
		}
	}
}

func TestBodyThatEndsEarly(t *testing.T) {
	url := service(t, awsapi.Options{}, stopTask(nil))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: ecs\r\nX-Amz-Target: %s.StopTask\r\nContent-Length: 20\r\n\r\n{\"task\":", target)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(answer), `{"__type":"SerializationException","message":"The request body ended early."}`) {
		t.Errorf("answer %s", answer)
	}
}

// TestCallsThatAreCutOff fail as those do that a service has fail; the log does not warn of them.
func TestCallsThatAreCutOff(t *testing.T) {
	for err, warns := range map[error]bool{awsapi.ErrCutOff: false, awsapi.ErrFailed: true} {
		var log strings.Builder
		var faults awsapi.CallFaults
		faults.Ask(func(context.Context, awsapi.Call) error { return err })
		url := service(t, awsapi.Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), Faults: &faults}, stopTask(nil))
		status, answer := post(t, url, target+".StopTask", `{}`)
		if status != http.StatusInternalServerError || !strings.Contains(answer, "ServerException") {
			t.Errorf("%v: status %d, %s", err, status, answer)
		}
		if got := strings.Contains(log.String(), "level=WARN"); got != warns {
			t.Errorf("%v: the log is %q", err, &log)
		}
	}
}

func TestRequestsAreLoggedAndObserved(t *testing.T) {
	var log strings.Builder
	var observed []string
	url := service(t, awsapi.Options{
		Logger:    slog.New(slog.NewTextHandler(&log, nil)),
		RequestID: func() string { return "id-1" },
		Observe: func(service, operation string, status int, _ time.Duration) {
			observed = append(observed, fmt.Sprintf("%s %s %d", service, operation, status))
		},
	}, stopTask(&types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}))
	post(t, url, target+".StopTask", `{}`)
	post(t, url, target+".StopTusk", `{}`)
	post(t, url, target+".StopTask", `{"task":[]}`)

	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range []string{
		`operation=StopTask status=400 .*requestId=id-1 region=us-east-1 error=ClusterNotFoundException reason="Cluster not found."`,
		`operation=StopTusk status=400 .*error=UnknownOperationException`,
		`operation=StopTask status=400 .*error=SerializationException reason="task: Start of list found where not expected"`,
	} {
		before, after, _ := strings.Cut(want, ".*")
		if i >= len(lines) || !strings.Contains(lines[i], "level=WARN msg=request service=ecs "+before) || !strings.Contains(lines[i], after) {
			t.Errorf("line %d: want %s in\n%s", i, want, &log)
		}
	}
	if got := strings.Join(observed, ", "); got != "ecs StopTask 400, ecs Unknown 400, ecs StopTask 400" {
		t.Errorf("observed %s", got)
	}
}

func BenchmarkStopTask(b *testing.B) {
	h := ecsOf(stopTask(nil)).Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"cluster":"c","task":"t"}`))
		r.Header.Set("X-Amz-Target", target+".StopTask")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
