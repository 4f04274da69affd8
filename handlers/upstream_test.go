package handlers_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// forwarding serves an endpoint, which has ECS and STS, in front of an upstream.
func forwarding(t *testing.T, upstream http.HandlerFunc) (address string) {
	t.Helper()
	behind := httptest.NewServer(upstream)
	t.Cleanup(behind.Close)
	return before(t, behind.URL)
}

func before(t *testing.T, upstream string) (address string) {
	t.Helper()
	return beforeWith(t, upstream, awsapi.Options{})
}

// beforeWith serves an endpoint with options.
func beforeWith(t *testing.T, upstream string, options awsapi.Options) (address string) {
	t.Helper()
	options.Logger = slog.New(slog.DiscardHandler)
	to, err := handlers.ParseUpstream(upstream)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handlers.New(handlers.Parts{
		Services: []awsapi.Service{
			{Name: "ecs", Protocol: awsapi.JSON{TargetPrefix: "AmazonEC2ContainerServiceV20141113"}, Operations: tell("ListTasks")},
			{Name: "sts", Protocol: awsapi.Query{Version: "2011-06-15"}, Operations: tell("GetCallerIdentity")},
			{
				Name: "zoo", Shared: true, Protocol: awsapi.JSON{TargetPrefix: "Zoo"}, Others: []awsapi.Protocol{awsapi.CBOR{Service: "Zoo"}, awsapi.Query{Version: "2000-01-01"}},
				Operations: append(tell("Feed"), awsapi.NotBuilt("Ride", "saddles")),
			},
		},
		Kept:    []awsapi.Service{{Name: "ssm", Protocol: awsapi.JSON{TargetPrefix: "AmazonSSM"}, Operations: tell("ResumeSession")}},
		Options: options,
		Control: part("control"), Metrics: part("metrics"), DataChannel: part("data channel"), Log: slog.New(slog.DiscardHandler), Upstream: handlers.NewUpstream(to),
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestWhatIsForwarded(t *testing.T) {
	address := forwarding(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "upstream got %s %s", r.RequestURI, body)
	})
	s3, ecs, target := signed("s3"), signed("ecs"), "X-Amz-Target"
	for _, c := range []struct {
		name, method, path string
		header             map[string]string
		body, want         string
	}{
		{"another service's path", "PUT", "/bucket/key", map[string]string{"Authorization": s3}, "x", "upstream got /bucket/key x"},
		{"a bucket called v1", "GET", "/v1/data-channel/key", map[string]string{"Authorization": s3}, "", "upstream got /v1/data-channel/key"},
		{"a data channel, as the plugin signs it", "GET", "/v1/data-channel/root-1?role=publish_subscribe", map[string]string{"Authorization": signed("ssmmessages")}, "", "data channel"},
		{"a data channel, unsigned", "GET", "/v1/data-channel/root-1?role=publish_subscribe", nil, "", "data channel"},
		{"a bucket called metrics", "GET", "/metrics", map[string]string{"Authorization": s3}, "", "upstream got /metrics"},
		{"a path of the emulator's own", "GET", "/_emulator/health", map[string]string{"Authorization": s3}, "", "upstream got /_emulator/health"},
		{"by target", "POST", "/", map[string]string{target: "AmazonSQS.SendMessage", "Authorization": signed("sqs")}, "{}", "upstream got / {}"},
		{"by target, unsigned", "POST", "/", map[string]string{target: "AWSCognitoIdentityProviderService.InitiateAuth"}, "{}", "upstream got / {}"},
		{"by scope", "POST", "/", map[string]string{"Authorization": signed("sns"), "Content-Type": form}, "Action=Publish", "upstream got / Action=Publish"},
		{"by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=Publish&Version=2010-03-31", "upstream got / Action=Publish&Version=2010-03-31"},
		{"a long form", "POST", "/", map[string]string{"Content-Type": form}, "Version=1&A=" + strings.Repeat("x", 3<<20), strings.Repeat("x", 3<<20)},
		{"presigned", "GET", "/metrics?X-Amz-Credential=k%2F20250101%2Fus-east-1%2Fs3%2Faws4_request", nil, "", "upstream got /metrics?X-Amz-Credential=k%2F20250101"},
		{"unsigned", "GET", "/bucket/key", nil, "", "upstream got /bucket/key"},
		{"unsigned at the root", "GET", "/?list-type=2", nil, "", "upstream got /?list-type=2"},
		{"signed in another way", "GET", "/bucket", map[string]string{"Authorization": "AWS key:signature"}, "", "upstream got /bucket"},

		{"ECS", "POST", "/", map[string]string{target: "AmazonEC2ContainerServiceV20141113.ListTasks"}, `{"parameter":"p"}`, `"service":"ecs"`},
		{"kept of a service that is left", "POST", "/", map[string]string{target: "AmazonSSM.ResumeSession", "Authorization": signed("ssm")}, `{"parameter":"p"}`, `"operation":"ResumeSession"`},
		{"the rest of it", "POST", "/", map[string]string{target: "AmazonSSM.GetParameter", "Authorization": signed("ssm")}, "{}", "upstream got / {}"},
		{"not built, of a service that is not shared", "POST", "/", map[string]string{target: "AmazonEC2ContainerServiceV20141113.RunTask"}, "{}", "NotImplementedException"},
		{"built, of a shared service", "POST", "/", map[string]string{target: "Zoo.Feed", "Authorization": signed("zoo")}, `{"parameter":"p"}`, `"operation":"Feed"`},
		{"not built, of a shared service", "POST", "/", map[string]string{target: "Zoo.Ride", "Authorization": signed("zoo")}, `{"a": [1]}`, `upstream got / {"a": [1]}`},
		{"in CBOR", "POST", "/service/Zoo/operation/Ride", map[string]string{"Authorization": signed("zoo"), "Smithy-Protocol": "rpc-v2-cbor"}, "\xbfaa\x01\xff", "upstream got /service/Zoo/operation/Ride \xbfaa\x01\xff"},
		{"in Query", "POST", "/", map[string]string{"Authorization": signed("zoo"), "Content-Type": form}, "Name=a%20b+c&Action=Ride", "upstream got / Name=a%20b+c&Action=Ride"},
		{"in Query, by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=Ride&Version=2000-01-01", "upstream got / Action=Ride&Version=2000-01-01"},
		{"in Query, by GET", "GET", "/?Action=Ride&Version=2000-01-01", nil, "", "upstream got /?Action=Ride&Version=2000-01-01"},
		{"packed", "POST", "/", map[string]string{target: "Zoo.Ride", "Content-Encoding": "gzip"}, packed("{}"), "upstream got / " + packed("{}")},
		{"packed, in Query", "POST", "/", map[string]string{"Authorization": signed("zoo"), "Content-Type": form, "Content-Encoding": "gzip"}, packed("Action=Ride"), "upstream got / " + packed("Action=Ride")},
		{"packed, and built", "POST", "/", map[string]string{target: "Zoo.Feed", "Content-Encoding": "gzip"}, packed(`{"parameter":"p"}`), `"operation":"Feed","parameter":"p"`},
		{"an operation of a shared service that is newer than the SDK", "POST", "/", map[string]string{target: "Zoo.Swim"}, "{}", "upstream got / {}"},
		{"STS by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=GetCallerIdentity&Version=2011-06-15", "<Service>sts</Service>"},
		{"a path that ECS has not", "PUT", "/bucket", map[string]string{"Authorization": ecs}, "", "nothing at PUT /bucket"},
		{"health", "GET", "/_emulator/health", nil, "", "control"},
		{"metrics", "GET", "/metrics", nil, "", "metrics"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ask(t, c.method, address, c.path, c.header, c.body); !strings.Contains(got, c.want) {
				t.Errorf("got %.300s, want %.300s", got, c.want)
			}
		})
	}
}

// packed is a text in gzip.
func packed(text string) string {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// ask returns an answer, its status line left out.
func ask(t *testing.T, method, address, path string, header map[string]string, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a signature covers arrives as it was sent, and so does what is around it.
func TestForwardedAsItCame(t *testing.T) {
	seen := make(chan *http.Request, 1)
	address := forwarding(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		seen <- r
		w.Header()["x-amz-Odd"] = []string{"1"}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "not packed")
	})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const path = "/bucket/a%2Fb//c\"d[e]/../%7e?x=;&y=%zz&empty"
	fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: Bucket.localhost:1\r\nAuthorization: %s\r\nX-Forwarded-For: 9.9.9.9\r\n"+
		"X-Amz-Meta-Two: a\r\nX-Amz-Meta-Two: b\r\nTransfer-Encoding: chunked\r\nTrailer: X-Amz-Checksum\r\n\r\n"+
		"3\r\nabc\r\n0\r\nX-Amz-Checksum: sum\r\n\r\n", path, signed("s3"))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); answer.StatusCode != http.StatusTeapot || string(body) != "not packed" || err != nil || answer.Header.Get("X-Amz-Odd") != "1" {
		t.Errorf("the answer is %d %q %v %v", answer.StatusCode, body, err, answer.Header)
	}
	got := <-seen
	for what, pair := range map[string][2]string{
		"path": {got.RequestURI, path}, "host": {got.Host, "Bucket.localhost:1"},
		"values": {strings.Join(got.Header.Values("X-Amz-Meta-Two"), ","), "a,b"}, "forwarded": {got.Header.Get("X-Forwarded-For"), "9.9.9.9"},
		"agent": {got.UserAgent(), ""}, "encoding": {got.Header.Get("Accept-Encoding"), ""},
		"trailer": {got.Trailer.Get("X-Amz-Checksum"), "sum"}, "length": {fmt.Sprint(got.ContentLength), "-1"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the upstream got %q, want %q", what, pair[0], pair[1])
		}
	}
}

// Both bodies are on their way at once, and who goes away ends what is done for him.
func TestForwardedAsItComes(t *testing.T) {
	gone := make(chan struct{})
	address := forwarding(t, func(w http.ResponseWriter, r *http.Request) {
		flow := http.NewResponseController(w)
		_ = flow.EnableFullDuplex()
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintln(w, "heard", lines.Text())
			_ = flow.Flush()
		}
		<-r.Context().Done()
		close(gone)
	})
	body, say := io.Pipe()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/stream", body)
	r.Header.Set("Authorization", signed("transcribe"))
	go fmt.Fprintln(say, "one")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	heard := bufio.NewReader(answer.Body)
	for _, word := range []string{"one", "two"} {
		if word == "two" {
			go fmt.Fprintln(say, word)
		}
		if line, err := heard.ReadString('\n'); line != "heard "+word+"\n" {
			t.Fatalf("got %q %v while the request goes on", line, err)
		}
	}
	leave()
	<-gone
}

func TestPagesReachNoUpstream(t *testing.T) {
	address := forwarding(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "reached") })
	page := map[string]string{"Sec-Fetch-Site": "cross-site"}
	for _, c := range []struct {
		method, path string
		header       map[string]string
		want         string
	}{
		{"GET", "/queue?Action=SendMessage", page, "refused: sent by a page"},
		{"GET", "/bucket/key", page, "refused: sent by a page"},
		{"OPTIONS", "/bucket/key", map[string]string{"Origin": "http://evil.example"}, "refused: sent by a page"},
		{"PUT", "/bucket/key", map[string]string{"Origin": "http://evil.example", "Authorization": signed("s3")}, "refused: sent by a page"},
		{"GET", "/bucket/key", map[string]string{"Sec-Fetch-Site": "none"}, "reached"}, // by the address line
	} {
		if got := ask(t, c.method, address, c.path, c.header, ""); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: got %s", c.method, c.path, got)
		}
	}
}

func TestUpstreamThatIsAway(t *testing.T) {
	behind := httptest.NewServer(http.NotFoundHandler())
	behind.Close()
	address := before(t, behind.URL)
	for _, c := range []struct {
		name, path  string
		header      map[string]string
		begin, what string
	}{
		{"JSON", "/", map[string]string{"X-Amz-Target": "AmazonSQS.SendMessage"}, `{"__type":"UpstreamUnavailableException"`, "AmazonSQS.SendMessage"},
		{"REST-JSON", "/2015-03-31/functions", map[string]string{"Authorization": signed("lambda"), "Content-Type": "application/json"}, `{"__type":"UpstreamUnavailableException"`, "lambda"},
		{"Query", "/", map[string]string{"Authorization": signed("sns"), "Content-Type": form}, "<ErrorResponse><Error><Type>Receiver</Type><Code>UpstreamUnavailableException</Code>", "sns"},
		{"S3", "/bucket", map[string]string{"Authorization": signed("s3")}, "<Error><Code>UpstreamUnavailableException</Code>", "s3"},
		{"S3, unsigned", "/bucket", nil, "<Error><Code>UpstreamUnavailableException</Code>", "POST /bucket"},
		{"S3 Control", "/v20180820/x", map[string]string{"Authorization": signed("s3"), "X-Amz-Account-Id": "1"}, "<ErrorResponse>", "s3"},
		{"CBOR, not built of a shared service", "/service/Zoo/operation/Ride", map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, "\xa2z\x00\x00\x00\x06__typez\x00\x00\x00\x1cUpstreamUnavailableException", "zoo Ride"},
		{"CBOR", "/service/X/operation/Y", map[string]string{"Authorization": signed("monitoring"), "Smithy-Protocol": "rpc-v2-cbor"}, "\xa2z\x00\x00\x00\x06__typez\x00\x00\x00\x1cUpstreamUnavailableException", "monitoring"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(t, http.MethodPost, address, c.path, c.header, "")
			if !strings.HasPrefix(got, c.begin) || !strings.Contains(got, "does not have "+c.what+", and its upstream "+behind.URL+" does not answer: ") {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestParseUpstream(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:5000", "https://localhost.localstack.cloud:4566/", "http://moto"} {
		if to, err := handlers.ParseUpstream(address); err != nil || to.String() != strings.TrimSuffix(address, "/") {
			t.Errorf("%s: %v %v", address, to, err)
		}
	}
	for address, why := range map[string]string{
		"": "is no URL", "127.0.0.1:5000": "is no URL", "moto": "is no URL", "ftp://moto": "is no URL", "http://": "is no URL",
		"http://moto/path": "has more than", "http://moto/?x=1": "has more than", "http://me:pw@moto": "has more than",
		"https://s3.amazonaws.com": "is AWS: requests are signed for the host name", "https://amazonaws.com:443": "is AWS",
		"https://SQS.cn-north-1.amazonaws.com.cn.": "is AWS", "https://s3.us-east-1.api.aws": "is AWS", "https://x.on.aws": "is AWS", "https://ec2.eusc-de-east-1.amazonaws.eu": "is AWS",
	} {
		if _, err := handlers.ParseUpstream(address); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := handlers.ParseUpstream("http://notamazonaws.com"); err != nil {
		t.Error(err)
	}
}

// What stays unread of a request is not in the way of the next one.
func TestWhatIsSentToAnUpstreamThatIsAway(t *testing.T) {
	behind := httptest.NewServer(nil)
	behind.Close()
	url := "http://" + before(t, behind.URL) + "/queue"
	for _, c := range []struct {
		body string
		ends bool // its connection
	}{{"", false}, {"Action=SendMessage", true}} {
		answer, err := http.Post(url, "text/plain", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusBadGateway || answer.Close != c.ends {
			t.Errorf("%q is answered with %s, and its connection ends: %v", c.body, answer.Status, answer.Close)
		}
	}
}

// Keys that the emulator has given out, and that are no longer good, are refused before an upstream
// takes them for those of anybody.
func TestKeysThatAreNotGoodAreNotForwarded(t *testing.T) {
	forwarded := 0
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { forwarded++ }))
	defer behind.Close()
	to, err := handlers.ParseUpstream(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	var problem error
	server := httptest.NewServer(handlers.New(handlers.Parts{
		Options: awsapi.Options{Logger: slog.New(slog.DiscardHandler), Caller: func(_ awsapi.Scope, token string) (awsapi.Caller, bool, error) {
			return awsapi.Caller{Account: "000000000000"}, token != "", problem
		}},
		Control: part("control"), Metrics: part("metrics"), Log: slog.New(slog.DiscardHandler), Upstream: handlers.NewUpstream(to),
	}))
	defer server.Close()
	for _, c := range []struct {
		service, path, body string
		problem             error
		want                string
	}{
		{"s3", "/bucket/key", "", nil, ""},
		{"sqs", "/", "{}", nil, ""},
		{"s3", "/bucket/key", "", awsapi.ErrTokenInvalid, "<Code>InvalidToken</Code>"},
		{"s3", "/bucket/key", "", awsapi.ErrTokenExpired, "<Code>ExpiredToken</Code>"},
		{"sqs", "/", "{}", awsapi.ErrTokenInvalid, `"__type":"UnrecognizedClientException"`},
		{"sqs", "/", "{}", awsapi.ErrTokenExpired, `"__type":"ExpiredTokenException"`},
		{"sns", "/", "Action=Publish", awsapi.ErrTokenInvalid, "<Code>InvalidClientTokenId</Code>"},
		{"sns", "/", "Action=Publish", awsapi.ErrTokenExpired, "<Code>ExpiredToken</Code>"},
	} {
		forwarded, problem = 0, c.problem
		header := map[string]string{"Authorization": signed(c.service), "X-Amz-Security-Token": "token"}
		switch c.body {
		case "{}":
			header["X-Amz-Target"] = "AmazonSQS.SendMessage"
		case "":
		default:
			header["Content-Type"] = form
		}
		got := ask(t, http.MethodPost, server.Listener.Addr().String(), c.path, header, c.body)
		if !strings.Contains(got, c.want) || (forwarded == 1) != (c.problem == nil) {
			t.Errorf("%s, %v: got %s, forwarded %d times", c.service, c.problem, got, forwarded)
		}
	}
}
