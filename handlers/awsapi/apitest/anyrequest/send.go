package anyrequest

import (
	"cmp"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// New is the request for an operation with an input, a pointer to a value of its type, in the first protocol of the service. It
// returns the body, too, which a signature covers. It is not signed.
func New(t *testing.T, endpoint string, s awsapi.Service, operation string, in any) (*http.Request, []byte) {
	t.Helper()
	method, path, header, body := http.MethodPost, "/", http.Header{}, ""
	switch p := s.Protocol.(type) {
	case awsapi.JSON:
		header.Set("X-Amz-Target", p.TargetPrefix+"."+operation)
		header.Set("Content-Type", "application/x-amz-json-"+cmp.Or(p.Version, "1.1"))
		body = marshal(p.Codec, wire.LowerCamel, in)
	case awsapi.REST:
		route := routeOf(t, p, operation)
		method, path = route.Method, pathOf(route, reflect.ValueOf(in).Elem())
		if method != http.MethodGet && method != http.MethodDelete {
			body = marshal(p.Codec, wire.AsIs, in)
		}
	case awsapi.Query:
		values := url.Values{"Action": {operation}, "Version": {p.Version}}
		cmp.Or(p.Codec, query.AWS).Form(values, in)
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		body = values.Encode()
	default:
		t.Fatalf("%s speaks %T", s.Name, p)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	return r, []byte(body)
}

func marshal(codec, otherwise *wire.Codec, in any) string {
	return string(cmp.Or(codec, otherwise).Marshal(in))
}

func routeOf(t *testing.T, p awsapi.REST, operation string) rest.Route {
	t.Helper()
	for _, r := range p.Routes {
		if r.Operation == operation {
			return r
		}
	}
	t.Fatalf("%s has no route", operation)
	return rest.Route{}
}

// pathOf is the path with its members, and the query.
func pathOf(r rest.Route, in reflect.Value) string {
	segments := strings.Split(r.Path, "/")
	for i, segment := range segments {
		if member, found := strings.CutPrefix(segment, "{"); found {
			segments[i] = url.PathEscape(strings.Join(texts(in.FieldByName(strings.TrimSuffix(member, "}"))), ""))
		}
	}
	values := url.Values{}
	for parameter, member := range r.Query {
		if given := texts(in.FieldByName(member)); given != nil {
			values[parameter] = given
		}
	}
	return strings.Join(segments, "/") + "?" + values.Encode()
}

// texts are what a member of texts has.
func texts(v reflect.Value) (list []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return texts(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, texts(v.Index(i))...)
		}
	case reflect.String:
		if v.Len() > 0 {
			list = []string{v.String()}
		}
	}
	return list
}
