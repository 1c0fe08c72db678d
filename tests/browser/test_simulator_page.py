"""The page with the phones, driven in a real browser against a bot that repeats what it heard."""

from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.conftest import Desk, heard
from tests.browser.phone import Phone


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "straw.png"
    path.write_bytes(STRAW)
    return path


def straw() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), (214, 180, 90)).save(file, "PNG")
    return file.getvalue()


STRAW = straw()


async def test_four_people_have_a_phone(page: Page) -> None:
    assert await page.locator(".phone h2").all_inner_texts() == [
        "Gurpreet · farmer",
        "Manjula · farmer",
        "Rafiq · buyer",
        "Lakshmi · field agent",
    ]
    await expect(page.locator(".title p")).to_contain_text("Nothing leaves this computer")


async def test_a_typed_message_reaches_the_bot_as_twilio_would_bring_it(gurpreet: Phone, desk: Desk) -> None:
    assert await gurpreet.type("ನಾನು 12 ಟನ್ ಮಾರಬೇಕು") == "You said: ನಾನು 12 ಟನ್ ಮಾರಬೇಕು"
    [form] = heard(desk)
    assert form["From"] == "whatsapp:+919876500001"
    assert form["To"] == "whatsapp:+14155238886"
    assert form["WaId"] == "919876500001"
    assert form["ProfileName"] == "Gurpreet"
    assert form["MessageType"] == "text"
    assert (form["NumMedia"], form["NumSegments"]) == ("0", "1")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
    assert len(form["MessageSid"]) == 34


async def test_a_way_to_begin_is_one_tap_and_then_out_of_the_way(gurpreet: Phone, desk: Desk) -> None:
    begin = gurpreet.screen.get_by_role("group", name="Ways to begin")
    await gurpreet.answered(begin.get_by_role("button", name="Hello").click())
    assert await gurpreet.messages() == ["> Hello", "You said: Hello"]
    await expect(begin).to_be_hidden()
    assert len(heard(desk)) == 1


async def test_a_tapped_button_carries_its_payload_and_its_message(gurpreet: Phone, desk: Desk) -> None:
    assert await gurpreet.type("buttons") == "Is this right?"
    assert await gurpreet.choices() == ["Yes", "No", "Go back"]
    asked = await gurpreet.received.last.get_attribute("data-sid")
    assert await gurpreet.tap("No") == "You tapped no"
    form = heard(desk)[-1]
    assert (form["Body"], form["ButtonText"], form["ButtonPayload"]) == ("No", "No", "no")
    assert form["MessageType"] == "button"
    assert form["OriginalRepliedMessageSid"] == asked
    assert (await gurpreet.messages())[-2:] == ["> No", "You tapped no"]


async def test_an_old_button_can_still_be_tapped(gurpreet: Phone, desk: Desk) -> None:
    await gurpreet.type("buttons")
    await gurpreet.tap("Yes")
    old = gurpreet.screen.get_by_role("button", name="Go back", exact=True)
    assert await gurpreet.answered(old.click()) == "You tapped back"
    assert [f.get("ButtonPayload") for f in heard(desk)] == [None, "yes", "back"]


async def test_a_list_is_opened_and_chosen_from_by_keyboard_alone(
    page: Page, gurpreet: Phone, desk: Desk
) -> None:
    await gurpreet.type("list")
    opener = gurpreet.received.last.get_by_role("button", name="Choose a crop")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(gurpreet.sheet).to_have_attribute("aria-label", "Choose a crop")
    rows = gurpreet.sheet.locator(".row")
    await expect(rows.nth(0)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(rows.nth(0)).to_be_focused()
    await page.keyboard.press("End")
    await expect(rows.nth(2)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(rows.nth(1)).to_have_text("Wheat strawLoose or baled")
    assert await gurpreet.answered(page.keyboard.press("Enter")) == "You tapped crop:wheat"
    form = heard(desk)[-1]
    assert (form["Body"], form["ListId"], form["ListTitle"]) == ("Wheat straw", "crop:wheat", "Wheat straw")
    assert form["MessageType"] == "interactive"
    assert "ButtonPayload" not in form
    await expect(gurpreet.sheet).to_have_count(0)


@pytest.mark.parametrize("way", ["Escape", "the cross", "beside it"])
async def test_a_list_closes_without_a_choice(page: Page, gurpreet: Phone, desk: Desk, way: str) -> None:
    await gurpreet.type("list")
    opener = gurpreet.received.last.get_by_role("button", name="Choose a crop")
    await opener.click()
    if way == "Escape":
        await page.keyboard.press("Escape")
    elif way == "the cross":
        await gurpreet.sheet.get_by_role("button", name="Close").click()
    else:
        await gurpreet.screen.locator(".shade").click(position={"x": 60, "y": 40})
    await expect(gurpreet.sheet).to_have_count(0)
    await expect(opener).to_be_focused()
    assert len(heard(desk)) == 1


async def test_the_page_object_taps_a_row_of_the_list(gurpreet: Phone) -> None:
    await gurpreet.type("list")
    assert await gurpreet.choices() == ["Paddy straw", "Wheat straw", "Sugarcane bagasse"]
    assert await gurpreet.tap("Sugarcane bagasse") == "You tapped crop:cane"


async def test_a_photo_with_its_caption_lies_at_the_carrier_behind_a_login(
    gurpreet: Phone, desk: Desk, photo: Path
) -> None:
    answer = f"image/png, {len(STRAW)} bytes, caption 'my straw'"
    assert await gurpreet.attach(photo, caption="my straw") == answer
    form = heard(desk)[-1]
    account = desk.settings.twilio_account_sid
    assert form["MediaUrl0"].startswith(
        f"{desk.url}/simulator/twilio/2010-04-01/Accounts/{account}/Messages/{form['MessageSid']}/Media/ME"
    )
    assert (form["NumMedia"], form["MessageType"], form["MediaContentType0"]) == ("1", "image", "image/png")
    image = gurpreet.sent.last.locator("img")
    await expect(image).to_have_js_property("naturalWidth", 64)
    await expect(image).to_have_attribute("alt", "The photo that was sent")

    login = (account, "simulator")
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
        url = form["MediaUrl0"]
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, auth=(account, "wrong"))).status_code == 401
        assert (await client.get(url, auth=login)).content == STRAW
        assert (await client.delete(url + ".json")).status_code == 401
        assert (await client.delete(url + ".json", auth=login)).status_code == 204
        assert (await client.get(url, auth=login)).status_code == 404


async def test_several_photos_go_one_after_the_other(gurpreet: Phone, desk: Desk, photo: Path) -> None:
    await gurpreet.attach(photo, photo, caption="both")
    await expect(gurpreet.received).to_have_count(2)
    assert [form["Body"] for form in heard(desk)] == ["both", ""]


@pytest.mark.parametrize(
    ("name", "size", "words"), [("notes.txt", 10, "JPEG, PNG"), ("huge.jpg", 10 * 1024 * 1024 + 1, "10 MB")]
)
async def test_a_file_that_no_phone_would_send_is_refused_in_words(
    gurpreet: Phone, desk: Desk, tmp_path: Path, name: str, size: int, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"x" * size)
    await gurpreet.screen.locator("input[type=file]").set_input_files(path)
    await expect(gurpreet.screen.get_by_role("alert")).to_contain_text(words)
    assert heard(desk) == []
    await expect(gurpreet.sent).to_have_count(0)


async def test_a_pin_is_a_named_place_or_an_exact_point(gurpreet: Phone, desk: Desk) -> None:
    assert await gurpreet.share_pin("Moga") == "You are at 30.8158, 75.1717"
    assert await gurpreet.share_point(12.5242, 76.8958) == "You are at 12.5242, 76.8958"
    for form in heard(desk):
        assert (form["Body"], form["Address"], form["Label"]) == ("", "", "")
        assert form["MessageType"] == "location"
    assert await gurpreet.messages() == [
        "> Moga, Punjab",
        "You are at 30.8158, 75.1717",
        "> Location",
        "You are at 12.5242, 76.8958",
    ]


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("0", "-181"), ("", "75")])
async def test_a_point_off_the_globe_is_not_sent(gurpreet: Phone, desk: Desk, lat: str, lon: str) -> None:
    await gurpreet.screen.locator(".place").click()
    await gurpreet.sheet.get_by_label("Latitude").fill(lat)
    await gurpreet.sheet.get_by_label("Longitude").fill(lon)
    await gurpreet.sheet.get_by_role("button", name="Send pin").click()
    await expect(gurpreet.sheet.locator("input:invalid")).to_have_count(1)
    assert heard(desk) == []


async def test_a_sheet_never_pushes_the_chat_away(page: Page, gurpreet: Phone) -> None:
    await gurpreet.type("list")
    for _ in range(3):
        await gurpreet.share_pin("Mandya")
        await gurpreet.share_pin("Thanjavur")
    await expect(gurpreet.screen.locator(".chat-head")).to_be_in_viewport(ratio=1)
    await expect(gurpreet.screen.locator(".composer")).to_be_in_viewport(ratio=1)
    for scroller in (".screen", ".case"):
        assert await gurpreet.screen.locator(scroller).evaluate("e => e.scrollTop") == 0
    assert await page.evaluate("document.body.scrollTop + document.documentElement.scrollTop") == 0


async def test_a_voice_note_is_an_ogg_file_without_text(gurpreet: Phone, desk: Desk) -> None:
    assert (await gurpreet.speak()).startswith("audio/ogg, ")
    form = heard(desk)[-1]
    assert (form["Body"], form["NumMedia"], form["MessageType"]) == ("", "1", "audio")


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("HELP", "1 SMS · GSM-7 · 4 units"),
        ("a" * 160, "1 SMS · GSM-7 · 160 units"),
        ("a" * 161, "2 SMS · GSM-7 · 161 units"),
        ("€" * 80, "1 SMS · GSM-7 · 160 units"),
        ("Rs 2,500", "1 SMS · GSM-7 · 8 units"),
        ("₹2,500", "1 SMS · UCS-2 · 6 units"),
        ("ನ" * 70, "1 SMS · UCS-2 · 70 units"),
        ("ನ" * 71, "2 SMS · UCS-2 · 71 units"),
    ],
)
async def test_an_sms_says_what_it_costs(manjula: Phone, desk: Desk, text: str, cost: str) -> None:
    await manjula.type(text)
    await expect(manjula.sent.last.locator(".cost")).to_have_text(cost)
    await expect(manjula.received.last.locator(".cost")).to_contain_text(cost.split(" · ")[1])
    [form] = heard(desk)
    assert form["From"] == "+919876500002"
    assert form["NumSegments"] == cost[0]
    assert "WaId" not in form


async def test_digits_are_typed_on_the_keypad(page: Page, manjula: Phone, desk: Desk) -> None:
    keypad = manjula.screen.get_by_role("group", name="Keypad")
    await keypad.get_by_role("button", name="1").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await expect(keypad.get_by_role("button", name="5")).to_be_focused()
    await page.keyboard.press("Enter")
    await manjula.answered(manjula.screen.get_by_role("button", name="Send", exact=True).click())
    assert [form["Body"] for form in heard(desk)] == ["15"]
    await manjula.screen.locator("textarea").fill("oops")
    await manjula.screen.get_by_role("button", name="Clear").click()
    await expect(manjula.screen.locator("textarea")).to_have_value("")


async def test_ticks_tell_how_far_a_message_came(gurpreet: Phone, manjula: Phone) -> None:
    await gurpreet.type("hello")
    await expect(gurpreet.sent.last).to_have_attribute("data-status", "read")
    await manjula.type("hello")
    await expect(manjula.sent.last).to_have_attribute("data-status", "delivered")


async def test_a_message_the_bot_refused_says_so_and_goes_again_under_the_same_id(
    gurpreet: Phone, desk: Desk
) -> None:
    await gurpreet.write("break")
    await expect(gurpreet.sent.last.locator(".trouble")).to_have_text("11200 · the bot answered 500")
    await gurpreet.screen.get_by_role("button", name="Deliver again").click()
    await expect(gurpreet.sent.last).to_have_attribute("data-status", "failed")
    await expect(gurpreet.screen.locator(".presence")).to_have_text("online")
    first, second = heard(desk)
    assert first == second
    await expect(gurpreet.sent).to_have_count(1)


async def test_the_bot_is_told_how_its_message_fared(gurpreet: Phone, desk: Desk) -> None:
    await gurpreet.type("buttons")
    sid = await gurpreet.received.last.get_attribute("data-sid")
    statuses: list[dict[str, str]] = desk.app.state.statuses
    while len(statuses) < 3:
        await gurpreet.page.wait_for_timeout(20)
    assert [s["MessageStatus"] for s in statuses] == ["sent", "delivered", "read"]
    assert {s["MessageSid"] for s in statuses} == {sid}
    assert {s["To"] for s in statuses} == {"whatsapp:+919876500001"}


async def test_a_reload_and_a_second_window_show_the_same_conversation(page: Page, gurpreet: Phone) -> None:
    await gurpreet.type("hello")
    await gurpreet.type("list")
    before = await gurpreet.messages()
    other = await page.context.new_page()
    await other.goto(page.url)
    again = Phone(other, "gurpreet")
    await again.gets("What do you want")
    assert await again.messages() == before
    await again.tap("Paddy straw")
    assert await gurpreet.gets("You tapped crop:rice")
    await page.reload()
    await gurpreet.gets("You tapped crop:rice")
    assert await gurpreet.messages() == await again.messages()


@pytest.mark.parametrize("name", ["gurpreet", "manjula"])
async def test_markup_in_a_message_is_only_text(page: Page, name: str) -> None:
    phone = Phone(page, name)
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script> & *<b>bold</b>*"
    await phone.type(evil)
    await expect(phone.screen.locator(".bubble img, .bubble script, .bubble b")).to_have_count(0)
    assert "<script>alert(2)</script>" in await phone.last_message()


async def test_bold_and_slanted_words_look_as_on_whatsapp(gurpreet: Phone) -> None:
    await gurpreet.type("*12 ton* and _loose_ but 2*3*4 and https://example.org/a*b")
    bubble = gurpreet.sent.last
    await expect(bubble.locator("strong")).to_have_text(["12 ton"])
    await expect(bubble.locator("em")).to_have_text(["loose"])
    await expect(bubble.locator("a")).to_have_attribute("href", "https://example.org/a*b")


async def test_a_new_phone_has_a_number_of_its_own(page: Page, desk: Desk) -> None:
    for channel, number in (("WhatsApp", "whatsapp:+919876500005"), ("SMS", "+919876500006")):
        await page.locator("#new-phone summary").click()
        await page.get_by_role("button", name=f"On {channel}").click()
        phone = Phone(page, f"{channel.lower()}-{number.removeprefix('whatsapp:+').lstrip('+')}")
        await expect(phone.screen.locator("textarea")).to_be_focused()
        await phone.type("hello")
        assert heard(desk)[-1]["From"] == number
    await expect(page.locator(".phone")).to_have_count(6)
