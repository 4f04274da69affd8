package ssmsession

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// StreamPath begins the paths of data channels; the id of a session follows. Source: spec/runtime.md
// G.1.
const StreamPath = "/v1/data-channel/"

// StreamURL is where the client of a session connects: by the public URL of the endpoint, if there is
// one, and else by the host that the call was sent to, and as securely.
func (k *Kernel) StreamURL(host string, secure bool, sessionID string) string {
	if at, err := url.Parse(k.PublicURL); k.PublicURL != "" && err == nil {
		host, secure = at.Host, at.Scheme == "https"
	}
	u := url.URL{Scheme: "ws", Host: host, Path: StreamPath + sessionID, RawQuery: "role=publish_subscribe"}
	if secure {
		u.Scheme = "wss"
	}
	return u.String()
}

// CheckPublicURL refuses what cannot be the public URL of the endpoint.
func CheckPublicURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil
	case err != nil, !portFits(u), u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil,
		strings.Trim(u.Path, "/") != "", u.RawQuery != "", u.Fragment != "":
		return fmt.Errorf("public URL %q is none such as https://ecs.example.com or http://ecs.example.com:8080, without a path", text)
	}
	return nil
}

// portFits tells whether a URL has no port, or one that there can be. The parser of URLs takes any digits.
func portFits(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// PublicHost is the host of a public URL; empty if there is none.
func PublicHost(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
