package rawhttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ReadZeros is at how many MiB per second a server of the test image answers, once it does: it is tried again and again,
// after a pause, for half a minute. One answer may take so long as patience.
func ReadZeros(ctx context.Context, address string, patience, pause time.Duration) (rate float64, err error) {
	const mib = 256
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/zeros?mib=%d", address, mib), nil)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		answer, err := client.Do(request)
		if err != nil {
			if ctx.Err() != nil {
				return 0, err
			}
			time.Sleep(pause)
			continue
		}
		n, err := io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if err != nil || n != mib<<20 {
			return 0, fmt.Errorf("read %d bytes of %s: %w", n, address, err)
		}
		return mib / time.Since(began).Seconds(), nil
	}
}
