package query

import (
	"errors"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type zoo struct {
	Name    *string
	Cages   []cage
	Visits  map[string]int32
	Founded *time.Time
	Open    bool
}

type cage struct{ Animals []string }

func TestAnswersOfAWSQueryAreRead(t *testing.T) {
	got := new(zoo)
	err := AWS.Read([]byte(`<?xml version="1.0"?>
		<DescribeZooResponse xmlns="http://zoo/"><DescribeZooResult>
			<Name>a &lt;b&gt;&#xD;</Name><Other><Name>not it</Name></Other>
			<Cages><member><Animals/></member><member><Animals><member>cow</member><member></member></Animals></member></Cages>
			<Visits><entry><key>monday</key><value>7</value></entry></Visits><Founded>2026-01-02T03:04:05.678Z</Founded><Open>true</Open>
		</DescribeZooResult><ResponseMetadata><RequestId>r</RequestId><Name>not it</Name></ResponseMetadata></DescribeZooResponse>`), got)
	want := &zoo{
		Name: aws.String("a <b>\r"), Cages: []cage{{Animals: []string{}}, {Animals: []string{"cow", ""}}}, Visits: map[string]int32{"monday": 7},
		Founded: aws.Time(time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)), Open: true,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestAnswersOfEC2AreRead(t *testing.T) {
	codec := New(Rules{EC2: true, Names: map[string]string{"zoo.Name": "zooName"}, Flat: map[string]bool{"zoo.Visits": true}})
	got := new(zoo)
	err := codec.Read([]byte(`<DescribeZooResponse><requestId>r</requestId><zooName>z</zooName>
		<cageSet><item><animalSet><item>cow</item></animalSet></item></cageSet>
		<visits><key>monday</key><value>7</value></visits><visits><key>friday</key><value>9</value></visits></DescribeZooResponse>`), got)
	want := &zoo{Name: aws.String("z"), Cages: []cage{{Animals: []string{"cow"}}}, Visits: map[string]int32{"monday": 7, "friday": 9}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestAnswersThatCannotBeRead(t *testing.T) {
	for _, text := range []string{
		"", "no XML", "<html></html>", "<AResponse><AResult><Name>x</Name>", "<AResponse><AResult><Name>x</Cages></AResult></AResponse>",
		"<AResponse><AResult><Cages><member>",
	} {
		if err := AWS.Read([]byte(text), new(zoo)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
	var mistyped *TypeError
	err := AWS.Read([]byte("<AResponse><AResult><Open>perhaps</Open></AResult></AResponse>"), new(zoo))
	if !errors.As(err, &mistyped) || mistyped.Parameter != "Open" {
		t.Errorf("got %v", err)
	}
}

// An update takes what a list has away by an empty one.
func TestEmptyListsInForms(t *testing.T) {
	for codec, want := range map[*Codec]string{AWS: "Cages=&Open=false", New(Rules{EC2: true}): "Open=false"} {
		values := url.Values{}
		codec.Form(values, &zoo{Cages: []cage{}})
		form, err := Parse(values.Encode())
		if err != nil || values.Encode() != want {
			t.Errorf("got %s, %v", values.Encode(), err)
		}
		got := new(zoo)
		if err := codec.Decode(form, got); err != nil || (got.Cages != nil) == codec.EC2() || len(got.Cages) != 0 {
			t.Errorf("read %+v, %v", got, err)
		}
	}
}
