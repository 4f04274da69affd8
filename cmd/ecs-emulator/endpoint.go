package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// endpointFlag adds the flag of commands that ask a running emulator.
func endpointFlag(flags *flagSet) *string {
	return flags.String("endpoint", defaultEndpoint(), "`url` of the emulator")
}

// ask asks a running emulator for something under /_emulator/; body may be nil. The
// answer is what was asked for; a refusal is an error. The caller closes its body.
func ask(ctx context.Context, method, endpoint, path string, query url.Values, body io.Reader) (*http.Response, error) {
	response, err := send(ctx, method, endpoint, path, query, body)
	if err == nil && response.StatusCode/100 != 2 {
		defer response.Body.Close()
		return nil, refusal(response)
	}
	return response, err
}

// askJSON asks, and decodes the answer, which may be nil.
func askJSON(ctx context.Context, method, endpoint, path string, query url.Values, answer any) error {
	response, err := ask(ctx, method, endpoint, path, query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if answer == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("read the emulator's %s: %w", path, err)
	}
	return nil
}

// send is ask for those who read refusals themselves.
func send(ctx context.Context, method, endpoint, path string, query url.Values, body io.Reader) (*http.Response, error) {
	if base, err := url.Parse(endpoint); err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, usageError{fmt.Errorf("--endpoint, or AWS_ENDPOINT_URL, is not a URL such as http://127.0.0.1:4577: %q", endpoint)}
	}
	at := strings.TrimSuffix(endpoint, "/") + "/_emulator/" + path + "?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, usageError{fmt.Errorf("--endpoint: %w", err)}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no emulator answers at %s: start one with 'ecs-emulator serve', or name its URL with --endpoint: %w", endpoint, rootOf(err))
	}
	return response, nil
}

// streamed is the body of an answer that goes on. Its errors say that the emulator has gone, which those
// of where it is written do not.
type streamed struct{ io.ReadCloser }

func (s streamed) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("the emulator has gone: %w", err)
	}
	return n, err
}

// rootOf is why a request failed, without its URL, which holds paths of the emulator's own.
func rootOf(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// refusal is the reason that the emulator gives.
func refusal(response *http.Response) error {
	var body struct{ Error string }
	if err := json.NewDecoder(io.LimitReader(response.Body, 4096)).Decode(&body); err != nil || body.Error == "" {
		return stranger(response)
	}
	return errors.New(activity.OneLine(body.Error)) // which may name what other clients chose
}

// orOlder is a refusal, or that the emulator does not have what a command asks for.
func orOlder(refusal error, endpoint, command string) error {
	if strings.HasPrefix(refusal.Error(), "no such path") {
		return fmt.Errorf("the emulator at %s is older than 'ecs-emulator %s', which it does not answer: start it again with this version",
			endpoint, command)
	}
	return refusal
}

// stranger is the error for an answer that the emulator does not give.
func stranger(response *http.Response) error {
	return fmt.Errorf("%s answers %s: is it the emulator?", response.Request.URL.Host, response.Status)
}

func defaultEndpoint() string {
	for _, name := range []string{"AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	// In the emulator's image, this says where it listens.
	if host, port, err := net.SplitHostPort(os.Getenv("ECS_EMULATOR_LISTEN")); err == nil {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		return "http://" + net.JoinHostPort(host, port)
	}
	return "http://127.0.0.1:4577"
}
