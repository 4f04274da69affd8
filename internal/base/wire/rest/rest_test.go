package rest

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type input struct {
	Animal, Cage *string
	Nights       *int32
	Alone        *bool
	Toys         []string
	Kind         kind
}

type kind string

var let = Route{
	Operation: "Let", Method: "POST", Path: "/animals/{Animal}/let",
	Query: map[string]string{"nights": "Nights", "alone": "Alone", "toys": "Toys", "kind": "Kind"},
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	sent := &input{
		Animal: aws.String("arn:aws:z/1 ü+%"), Cage: aws.String("big"), Nights: aws.Int32(2), Alone: aws.Bool(false), Toys: []string{"a", "b c&d"}, Kind: "x=y",
	}
	target, body, err := let.Write(sent)
	if err != nil || !strings.HasPrefix(target, "/animals/arn%3Aaws%3Az%2F1%20%C3%BC%2B%25/let?") {
		t.Fatalf("%s, %v", target, err)
	}
	if want := (&input{Cage: sent.Cage}); !reflect.DeepEqual(body, want) {
		t.Errorf("the body has %+v", body)
	}
	address, err := url.Parse("http://host" + target)
	if err != nil {
		t.Fatal(err)
	}
	labels, ok := NewPattern(&let).Match(strings.Split(strings.TrimPrefix(address.EscapedPath(), "/"), "/"))
	got := &input{Cage: sent.Cage, Animal: aws.String("a body cannot say it")}
	if err := let.Read(got, labels, address.RawQuery); !ok || err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("got %+v, %v, %t", got, err, ok)
	}
}

func TestWhatIsLeftOut(t *testing.T) {
	only := Route{Operation: "Ask", Path: "/animals/{Animal}", Query: map[string]string{"cage": "Cage"}}
	type short struct{ Animal, Cage *string }
	target, body, err := only.Write(&short{Animal: aws.String("cow")})
	if target != "/animals/cow" || body != nil || err != nil {
		t.Errorf("%s, %+v, %v", target, body, err)
	}
	for _, missing := range []*string{nil, aws.String("")} {
		if _, _, err := only.Write(&short{Animal: missing}); err == nil || !strings.Contains(err.Error(), "Ask has no Animal") {
			t.Errorf("got %v", err)
		}
	}
	err = let.Read(new(input), nil, "nights=2&nights=3")
	var unreadable *Error
	if !errors.As(err, &unreadable) {
		t.Errorf("got %v", err)
	}
}
