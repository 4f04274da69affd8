package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// issued is the key of a user whose secret is secret.
const issued = "AKIAISSUED"

// controlled serves an endpoint in front of an upstream, where the user of the key issued may do some actions, and returns what
// was asked for last.
func controlled(t *testing.T, upstream http.HandlerFunc, may ...string) (address string, asked func() string) {
	behind := httptest.NewServer(upstream)
	t.Cleanup(behind.Close)
	var verifier sigv4.Verifier
	last := make(chan string, 1)
	options := awsapi.Options{
		Caller: func(signed awsapi.Scope, _ string) (awsapi.Caller, bool, error) {
			return awsapi.Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/dev"}, signed.AccessKeyID == issued, nil
		},
		Authenticate: func(r *http.Request, c *awsapi.Call, body []byte) error {
			if !c.Issued {
				return &awsapi.BadSignature{Fault: awsapi.SignatureMissing}
			}
			signature, _, err := sigv4.Parse(r)
			switch {
			case err == nil && c.Unread:
				err = verifier.VerifyHead(r, signature, "secret", c.Service, time.Now())
			case err == nil:
				err = verifier.Verify(r, signature, body, "secret", c.Service, time.Now())
			}
			var bad *sigv4.Error
			if errors.As(err, &bad) {
				return &awsapi.BadSignature{Fault: awsapi.SignatureWrong, Message: bad.Message}
			}
			return err
		},
		Authorize: func(_ context.Context, c *awsapi.Call, wants []awsapi.Access) error {
			select {
			case <-last:
			default:
			}
			last <- wants[0].Action + " on " + wants[0].Resource
			if slices.Contains(may, wants[0].Action) {
				return nil
			}
			return &awsapi.Denied{Principal: c.Principal(), Action: wants[0].Action, Resource: wants[0].Resource}
		},
	}
	return beforeWith(t, behind.URL, options), func() string {
		select {
		case asked := <-last:
			return asked
		default:
			return ""
		}
	}
}

// sent is a request that is signed before something of it is changed.
type sent struct {
	service, method, path, target, media, body string
	hash                                       string // X-Amz-Content-Sha256, if it is not empty
	unsigned                                   bool
	change                                     func(r *http.Request)
}

func (s sent) to(t *testing.T, address string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), s.method, "http://"+address+s.path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"X-Amz-Target": s.target, "Content-Type": s.media, "X-Amz-Content-Sha256": s.hash} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if !s.unsigned {
		hash := s.hash
		if hash == "" {
			sum := sha256.Sum256([]byte(s.body))
			hash = hex.EncodeToString(sum[:])
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
		if err := signer.SignHTTP(t.Context(), aws.Credentials{AccessKeyID: issued, SecretAccessKey: "secret"}, r, hash, s.service, "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if s.change != nil {
		s.change(r)
	}
	return r
}

// TestCallersOfAnUpstreamAreAuthorized: what goes there is verified and authorized first, and then as it came.
func TestCallersOfAnUpstreamAreAuthorized(t *testing.T) {
	const form, chunks = "application/x-www-form-urlencoded", "2;chunk-signature=0\r\nab\r\n0;chunk-signature=0\r\n\r\n"
	address, asked := controlled(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "upstream got %s %s", r.RequestURI, body)
	}, "sqs:SendMessage", "s3:*", "ses:SendEmail", "zoo:Swim", "rpc:Do")
	otherSecret := func(r *http.Request) {
		text := r.Header.Get("Authorization")
		r.Header.Set("Authorization", text[:len(text)-64]+strings.Repeat("0", 64))
	}
	for name, c := range map[string]struct {
		sent
		asks, want string
	}{
		"by its target":           {sent{service: "sqs", method: "POST", path: "/", target: "AmazonSQS.SendMessage", body: "{}"}, "sqs:SendMessage on *", "upstream got / {}"},
		"at the URL of a queue":   {sent{service: "sqs", method: "POST", path: "/1/q", media: form, body: "Action=SendMessage"}, "sqs:SendMessage on *", "upstream got /1/q Action="},
		"denied, by its target":   {sent{service: "sqs", method: "POST", path: "/", target: "AmazonSQS.PurgeQueue", body: "{}"}, "sqs:PurgeQueue on *", `"__type":"AccessDeniedException","message":"User: arn:aws:iam::111122223333:user/dev is not authorized to perform: sqs:PurgeQueue`},
		"denied, by its form":     {sent{service: "sns", method: "POST", path: "/", media: form, body: "Action=Publish"}, "sns:Publish on *", "<Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/dev is not"},
		"by its form":             {sent{service: "email", method: "POST", path: "/", media: form, body: "Action=SendEmail"}, "ses:SendEmail on *", "upstream got / Action=SendEmail"},
		"a form with two":         {sent{service: "email", method: "POST", path: "/", media: form, body: "Action=SendEmail&Action=A"}, "ses:* on *", "AccessDenied"},
		"in CBOR":                 {sent{service: "rpc", method: "POST", path: "/service/Rpc/operation/Do", change: func(r *http.Request) { r.Header.Set("Smithy-Protocol", "rpc-v2-cbor") }}, "rpc:Do on *", "upstream got /service/Rpc"},
		"denied, in REST":         {sent{service: "lambda", method: "POST", path: "/2015-03-31/functions/f/invocations", target: "A.SendMessage", body: "{}"}, "lambda:* on *", "is not authorized to perform: lambda:* on resource: *"},
		"to S3":                   {sent{service: "s3", method: "PUT", path: "/b/k", body: "x", hash: "UNSIGNED-PAYLOAD"}, "s3:* on *", "upstream got /b/k x"},
		"to S3, in chunks":        {sent{service: "s3", method: "PUT", path: "/b/k", body: chunks, hash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "s3:* on *", "upstream got /b/k " + chunks},
		"to S3, like a form":      {sent{service: "s3", method: "POST", path: "/", media: form, body: "Action=Free", hash: "UNSIGNED-PAYLOAD"}, "s3:* on *", "upstream got / Action=Free"},
		"to S3, not as signed":    {sent{service: "s3", method: "PUT", path: "/b/k", hash: "UNSIGNED-PAYLOAD", change: otherSecret}, "", "<Code>SignatureDoesNotMatch</Code>"},
		"another hash":            {sent{service: "s3", method: "PUT", path: "/b/k", hash: "UNSIGNED-PAYLOAD", change: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "0") }}, "", "<Code>SignatureDoesNotMatch</Code>"},
		"another body":            {sent{service: "sqs", method: "POST", path: "/", target: "AmazonSQS.SendMessage", body: "{}", change: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("[]")) }}, "", "InvalidSignatureException"},
		"unsigned":                {sent{unsigned: true, method: "POST", path: "/", target: "AWSCognito.InitiateAuth", body: "{}"}, "", "MissingAuthenticationTokenException"},
		"unsigned, at a path":     {sent{unsigned: true, method: "GET", path: "/bucket/key"}, "", "<Code>"},
		"of a shared service":     {sent{service: "zoo", method: "POST", path: "/", target: "Zoo.Swim", body: `{"a": 1}`}, "zoo:Swim on *", `upstream got / {"a": 1}`},
		"denied, of a shared one": {sent{service: "zoo", method: "POST", path: "/", target: "Zoo.Ride", body: "{}"}, "zoo:Ride on *", "is not authorized to perform: zoo:Ride on resource: *"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := http.DefaultClient.Do(c.to(t, address, strings.NewReader(c.body)))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil || !strings.Contains(string(text), c.want) {
				t.Errorf("got %s, %v, want %s", text, err, c.want)
			}
			if id := answer.Header.Get("X-Amzn-Requestid"); (id == "") != strings.HasPrefix(c.want, "upstream") {
				t.Errorf("the answer has the request id %q", id)
			}
			if got := asked(); got != c.asks {
				t.Errorf("asked for %q, want %q", got, c.asks)
			}
		})
	}
}

// TestResourcesOfAnUpstream: a queue, a topic and a table of the caller's are asked for by their ARN, and go there as they came.
func TestResourcesOfAnUpstream(t *testing.T) {
	address, asked := controlled(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "upstream got %s", body)
	}, "sqs:SendMessage", "sqs:CreateQueue", "sns:Publish", "sns:CreateTopic", "dynamodb:Query", "dynamodb:BatchGetItem")
	const (
		orders = "arn:aws:sqs:us-east-1:111122223333:orders"
		topic  = "arn:aws:sns:us-east-1:111122223333:news"
		table  = "arn:aws:dynamodb:us-east-1:111122223333:table/items"
	)
	for name, c := range map[string]struct{ service, operation, path, body, want string }{
		"a queue":                             {"sqs", "SendMessage", "/", `{"MessageBody":"QueueUrl","QueueUrl":"http://localhost:4566/111122223333/orders"}`, orders},
		"a queue in a form":                   {"sqs", "SendMessage", "", "Action=SendMessage&QueueUrl=http%3A%2F%2Flocalhost%2F111122223333%2Forders", orders},
		"the path of a queue":                 {"sqs", "SendMessage", "/111122223333/orders", "Action=SendMessage", orders},
		"the path and the URL of a queue":     {"sqs", "SendMessage", "/111122223333/orders", "Action=SendMessage&QueueUrl=http://q/111122223333/orders", orders},
		"the path of one, the URL of another": {"sqs", "SendMessage", "/111122223333/orders", "Action=SendMessage&QueueUrl=http://q/111122223333/bills", "*"},
		"two URLs":                            {"sqs", "SendMessage", "", "Action=SendMessage&QueueUrl=http://q/111122223333/orders&QueueUrl=http://q/111122223333/bills", "*"},
		"another account's queue":             {"sqs", "SendMessage", "/", `{"QueueUrl":"http://localhost:4566/999999999999/orders"}`, "*"},
		"a queue that is to be made":          {"sqs", "CreateQueue", "/", `{"QueueName":"orders"}`, orders},
		"a queue without a name":              {"sqs", "SendMessage", "/", `{"QueueUrl":"http://localhost:4566/111122223333/"}`, "*"},
		"a topic":                             {"sns", "Publish", "", "Action=Publish&TopicArn=" + topic, topic},
		"another Region's topic":              {"sns", "Publish", "", "Action=Publish&TopicArn=" + strings.Replace(topic, "us-east-1", "us-east-2", 1), "*"},
		"a topic that is to be made":          {"sns", "CreateTopic", "", "Action=CreateTopic&Name=news", topic},
		"a phone":                             {"sns", "Publish", "", "Action=Publish&PhoneNumber=1&Name=news", "*"},
		"a table":                             {"dynamodb", "Query", "/", `{"TableName":"items"}`, table},
		"a table by its ARN":                  {"dynamodb", "Query", "/", `{"TableName":"` + table + `"}`, table},
		"an index":                            {"dynamodb", "Query", "/", `{"TableName":"items","IndexName":"by-day"}`, table + "/index/by-day"},
		"two tables":                          {"dynamodb", "Query", "/", `{"TableName":"items","TableName":"secrets"}`, "*"},
		"a name in other letters":             {"dynamodb", "Query", "/", `{"TableName":"items","tablename":"secrets"}`, table},
		"several tables":                      {"dynamodb", "BatchGetItem", "/", `{"RequestItems":{"items":{"TableName":"items"}}}`, "*"},
		"no JSON":                             {"dynamodb", "Query", "/", `[{"TableName":"items"}]`, "*"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sent{service: c.service, method: "POST", path: c.path, media: "application/x-www-form-urlencoded", body: c.body}
			if s.path == "/" {
				s.target, s.media = "Service."+c.operation, "application/x-amz-json-1.0"
			}
			if s.path == "" {
				s.path = "/"
			}
			answer, err := http.DefaultClient.Do(s.to(t, address, strings.NewReader(c.body)))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text, err := io.ReadAll(answer.Body); err != nil || string(text) != "upstream got "+c.body {
				t.Errorf("got %s, %v", text, err)
			}
			if got, want := asked(), c.service+":"+c.operation+" on "+c.want; got != want {
				t.Errorf("asked for %s, want %s", got, want)
			}
		})
	}
}

// TestALargeBodyIsRefusedWithoutItsHash: it is too large to be read for its signature.
func TestALargeBodyIsRefusedWithoutItsHash(t *testing.T) {
	testall.Only(t, "tests of large bodies")
	address, _ := controlled(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "upstream got %d bytes", n)
	}, "sqs:SendMessage")
	request := sent{service: "sqs", method: "POST", path: "/", target: "AmazonSQS.SendMessage", body: strings.Repeat("x", 100<<20+1)}
	expect := func(status int, want string) {
		t.Helper()
		answer, err := http.DefaultClient.Do(request.to(t, address, strings.NewReader(request.body)))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != status || strings.TrimSpace(string(text)) != want {
			t.Errorf("got %d %s, %v", answer.StatusCode, text, err)
		}
	}
	expect(http.StatusRequestEntityTooLarge, `{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 104857600 bytes, `+
		`so ecs-emulator cannot verify its signature. A header X-Amz-Content-Sha256 tells its hash."}`)
	sum := sha256.Sum256([]byte(request.body))
	request.hash = hex.EncodeToString(sum[:])
	expect(http.StatusOK, "upstream got 104857601 bytes")
}

// TestABodyWithAHashIsNotReadBeforeItIsPassedOn: it may be large, or wait for an answer.
func TestABodyWithAHashIsNotReadBeforeItIsPassedOn(t *testing.T) {
	address, _ := controlled(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		first := make([]byte, 5)
		_, _ = io.ReadFull(r.Body, first)
		_, _ = w.Write(first)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.Copy(w, r.Body)
	}, "s3:*")
	body, write := io.Pipe()
	go func() { _, _ = write.Write([]byte("hello")) }()
	answer, err := http.DefaultClient.Do(sent{service: "s3", method: "PUT", path: "/b/k", hash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}.to(t, address, body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(answer.Body, first); err != nil || string(first) != "hello" {
		t.Fatalf("got %q, %v", first, err)
	}
	_, _ = write.Write([]byte(" world"))
	_ = write.Close()
	if rest, err := io.ReadAll(answer.Body); err != nil || string(rest) != " world" {
		t.Errorf("got %q, %v", rest, err)
	}
}
